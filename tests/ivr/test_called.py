"""Whoever picks up a call of ours hears nothing that somebody else should not hear, and is never left alone."""

from dataclasses import replace

import pytest

from ivr.catalog import BadFlow, check, load
from ivr.events import Answered, InDanger, NotWanted, Queued, Returned, StillWanted
from ivr.flow import Step, step
from ivr.menu import Menu
from ivr.spot import Spot
from ivr.verbs import Ask, HangUp, Join, Wait
from tests.ivr.test_flow import press, said

FLOW = load().newest
PRIVATE = ("외로움", "상담", "위험", "마음", "lonel", "counsel", "danger")


def pick_up(*, waited_for: bool = True, language: str = "ko") -> Step:
    return step(FLOW, Spot(FLOW.version, "", language=language, line="CB" + "0" * 32), Answered(waited_for))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_whoever_picks_up_hears_nothing_private_until_they_say_that_they_want_to_talk(language: str) -> None:
    heard = [pick_up(language=language), pick_up(waited_for=False, language=language)]
    heard += [press(heard[0], *keys) for keys in ([""], ["", ""], ["7"], ["7", "7"], ["2"], ["", "7"])]
    assert all(said(done) for done in heard)
    assert not [word for done in heard for word in PRIVATE if word in said(done).lower()]


def test_one_key_joins_the_counselor_and_another_says_that_no_call_is_needed() -> None:
    talk = press(pick_up(), "1")
    assert (talk.effects, type(talk.verbs[-1])) == ((StillWanted(),), Join)
    danger = press(pick_up(), "", "0")
    assert (danger.effects, type(danger.verbs[-1])) == ((StillWanted(), InDanger()), Join)
    no = press(pick_up(), "2")
    assert (no.effects, type(no.verbs[-1])) == ((NotWanted(),), HangUp)


def test_silence_is_asked_again_once_and_then_means_that_nobody_is_there() -> None:
    asked_again = press(pick_up(), "")
    assert isinstance(asked_again.verbs[-1], Ask)
    assert isinstance(press(asked_again, "").verbs[-1], HangUp)
    assert press(asked_again, "").effects == ()


def test_somebody_whose_counselor_has_gone_waits_in_the_line_like_a_caller() -> None:
    back = step(FLOW, press(pick_up(), "1").spot, Returned())
    assert back.effects == (Queued("loneliness", "normal", "ko"),)
    assert isinstance(back.verbs[-1], Wait)
    assert back.spot.line


def test_a_flow_from_before_we_called_anybody_reaches_a_person_all_the_same() -> None:
    first = load().of(1)
    assert first.called is None
    assert isinstance(step(first, Spot(1, ""), Answered(waited_for=True)).verbs[-1], Ask)


def test_a_flow_that_hangs_up_on_whoever_calls_us_is_refused() -> None:
    door = FLOW.nodes["door"]
    assert isinstance(door, Menu)
    bad = replace(FLOW, nodes={**FLOW.nodes, "door": replace(door, lost="not_there")})
    with pytest.raises(BadFlow, match="never reaches a person"):
        check(bad)


@pytest.mark.parametrize("start", ["called", "late"])
def test_a_flow_whose_call_backs_begin_nowhere_is_refused(start: str) -> None:
    with pytest.raises(BadFlow, match="no node"):
        check(replace(FLOW, **{start: "nowhere"}))  # type: ignore[arg-type] # Only these two names.
