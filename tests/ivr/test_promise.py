"""What a waiting caller is told of their wait: never a later end than they were told before."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ivr.catalog import load
from ivr.events import Foretold, Waited
from ivr.flow import step
from ivr.spot import Spot, read_spot
from ivr.steps import Step
from ivr.verbs import Ask, Say

FLOW = load().newest
SPOT = Spot(FLOW.version, "queue", reachable=True)


def wait(spot: Spot, waited: int, seconds: int | None, seats: int = 1) -> Step:
    return step(FLOW, spot, Waited(3, seconds, False, False, seconds and 2 * seconds, waited, seats))


def onward(done: Step) -> Spot:
    """Give where the caller stands at the next webhook, as the URL says."""
    ask = done.verbs[-1]
    assert isinstance(ask, Ask)
    assert ask.then is not None
    return read_spot(ask.then.spot)


def heard(done: Step) -> int | None:
    """Give the minutes the caller hears, out of the words themselves."""
    ask = done.verbs[-1]
    assert isinstance(ask, Ask)
    words = " ".join(prompt.words for prompt in ask.prompts if isinstance(prompt, Say))
    said = (minutes for minutes in range(1, 11) if f"약 {minutes}분 뒤" in words)
    return 1 if "일 분 안에" in words else next(said, None)


def test_minutes_are_rounded_up() -> None:
    assert [heard(wait(SPOT, 0, seconds)) for seconds in (0, 60, 61, 119, 600)] == [1, 1, 2, 2, 10]


def test_a_forecast_that_grows_is_told_no_longer_than_before() -> None:
    told = onward(wait(SPOT, 0, 170))
    assert (told.promised, told.staffed) == (180, 1)
    assert heard(wait(told, 30, 290)) == 3
    assert onward(wait(told, 30, 290)).promised == 180
    assert heard(wait(told, 70, 200)) == 2


def test_what_nobody_would_believe_any_more_is_not_said() -> None:
    told = onward(wait(SPOT, 0, 170))
    assert heard(wait(told, 150, 100)) is None
    assert heard(wait(told, 500, 100)) is None
    assert onward(wait(told, 500, 100)).promised == 180


def test_where_a_counselor_has_left_the_truth_is_told_anew() -> None:
    told = onward(wait(SPOT, 0, 170, seats=2))
    later = wait(told, 60, 300, seats=1)
    assert heard(later) == 5
    assert (onward(later).promised, onward(later).staffed) == (360, 1)


def test_a_key_pressed_after_the_word_does_not_lose_it() -> None:
    ask = wait(SPOT, 0, 170).verbs[-1]
    assert isinstance(ask, Ask)
    assert "promised=180&staffed=1" in ask.to.spot


def test_a_long_wait_is_foretold_once_and_told_never() -> None:
    first = wait(SPOT, 0, 900)
    assert first.effects == (Foretold("loneliness", 900, 1800, None),)
    assert heard(first) is None
    assert wait(onward(first), 30, 880).effects == ()
    assert wait(onward(first), 300, 500).effects == (Foretold("loneliness", 500, 1000, 540),)


def test_what_is_unknown_is_neither_told_nor_written_down() -> None:
    done = wait(SPOT, 0, None)
    assert (heard(done), done.effects, done.spot) == (None, (), SPOT)


def test_a_call_that_began_before_there_were_promises_goes_on() -> None:
    query = "&".join(part for part in SPOT.query.split("&") if not part.startswith(("promised", "staffed")))
    assert read_spot(query) == SPOT


@given(
    st.lists(st.tuples(st.integers(1, 120), st.none() | st.integers(0, 2000), st.integers(1, 3)), max_size=12),
    st.integers(0, 100),
)
def test_a_caller_never_hears_of_a_later_end_unless_a_counselor_left(
    rounds: list[tuple[int, int | None, int]], waited: int
) -> None:
    spot, last = SPOT, None
    for passed, seconds, seats in rounds:
        waited += passed
        done = wait(spot, waited, seconds, seats)
        minutes = heard(done)
        if last is not None and minutes is not None and seats >= spot.staffed:
            assert minutes <= last
            assert 60 * (minutes - 1) < spot.promised - waited or minutes == 1
            assert onward(done).promised <= spot.promised
        last = minutes or last
        spot = replace(onward(done), tries=1)
