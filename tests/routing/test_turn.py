"""Nobody is overtaken for longer than their class's head start allows, and nobody for ever."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from core.ids import named_id
from routing.board import Board
from routing.config import RoutingConfig
from routing.policy import millis, turn
from routing.records import Place

CONFIG = RoutingConfig(longest_overtaken_seconds=1200)
START = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
ARRIVALS = st.lists(st.tuples(st.sampled_from(CONFIG.classes), st.integers(0, 5000)), min_size=2, max_size=12)
"""Who comes: class, and seconds after the start."""
Caller = tuple[str, datetime, int]


def callers(arrivals: list[tuple[str, int]]) -> list[Caller]:
    """Give callers in the order they come."""
    ordered = sorted(arrivals, key=lambda arrival: arrival[1])
    return [(klass, START + timedelta(seconds=second), n) for n, (klass, second) in enumerate(ordered)]


def served(line: list[Caller], every: int) -> list[tuple[Caller, datetime]]:
    """Serve whoever's turn it is, one each so many seconds; give each with the moment."""
    at, waiting, done = START, list(line), list[tuple[Caller, datetime]]()
    while waiting:
        at += timedelta(seconds=every)
        here = [caller for caller in waiting if caller[1] <= at]
        if here:
            first = min(here, key=lambda c: turn(*c, at=at, config=CONFIG))
            waiting.remove(first)
            done.append((first, at))
    return done


@given(ARRIVALS, st.integers(1, 900))
def test_a_caller_is_overtaken_only_within_the_head_start_and_never_after_the_longest_wait(
    arrivals: list[tuple[str, int]], every: int
) -> None:
    done = served(callers(arrivals), every)
    for n, ((klass, entered, seq), _) in enumerate(done):
        for (other, later, _), moment in [one for one in done[:n] if one[0][1:] > (entered, seq)]:
            allowed = CONFIG.head_start(other) - CONFIG.head_start(klass)
            assert later - entered <= timedelta(seconds=allowed)
            assert moment - entered < timedelta(seconds=CONFIG.longest_overtaken_seconds)


@given(ARRIVALS, st.integers(1, 900))
def test_inside_a_class_it_is_first_come_first_served(arrivals: list[tuple[str, int]], every: int) -> None:
    done = [caller for caller, _ in served(callers(arrivals), every)]
    for klass in CONFIG.classes:
        of_class = [caller for caller in done if caller[0] == klass]
        assert of_class == sorted(of_class, key=lambda caller: caller[1:])


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ARRIVALS, st.integers(0, 4000))
def test_the_index_serves_and_counts_in_the_order_of_the_policy(
    redis: Redis, arrivals: list[tuple[str, int]], wait: int
) -> None:
    redis.flushdb()
    board, line = Board(redis, "turn", CONFIG), callers(arrivals)
    board.clear()
    board.open(1)
    for klass, entered, seq in line:
        board.enqueue(key_of(seq), Place("waiting", klass, "ko", millis(entered), seq, 0))
    at = line[-1][1] + timedelta(seconds=wait)
    expected = sorted(line, key=lambda c: turn(*c, at=at, config=CONFIG))
    if all(at - entered < timedelta(seconds=CONFIG.longest_overtaken_seconds) for _, entered, _ in line):
        places = {seq: board.outlook(key_of(seq), at).place for _, _, seq in line}
        alike = {turn(*c, at=at, config=CONFIG)[:2] for c in line}
        if len(alike) == len(line):
            assert [places[seq] for _, _, seq in expected] == list(range(1, len(line) + 1))
    for n in range(len(line)):
        board.seat(named_id("seat", n), at, activity="available", groups=["ko"])
    claims = [board.claim(named_id("offer", n), at) for n in range(len(line))]
    assert [claim.contact_id for claim in claims if claim] == [key_of(seq) for _, _, seq in expected]


def key_of(seq: int) -> UUID:
    return named_id("turn", seq)


@pytest.mark.parametrize("starts", [(1,), (0, 1, 0, 0, 0), (5, 4, 3, 2, -1), (9, 8, 7, 6, 5, 4)])
def test_head_starts_that_turn_the_classes_round_are_refused(starts: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="head start"):
        RoutingConfig(head_starts=starts)
