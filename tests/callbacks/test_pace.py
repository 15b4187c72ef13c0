"""Calls go out no faster than the provider takes them, and whoever is in danger never waits for the others."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from redis import Redis

from ivr.callbacks.pace import Pace

GO = timedelta(0)


def test_calls_beyond_the_pace_wait_and_one_in_danger_does_not(redis: Redis, at: datetime) -> None:
    pace = Pace(redis, "test", 1)
    assert pace.take(at, urgent=False) == GO
    assert pace.take(at, urgent=False) == timedelta(seconds=1)
    assert pace.take(at, urgent=True) == GO
    assert pace.take(at + timedelta(seconds=1), urgent=False) == timedelta(seconds=1), "the urgent call took its turn"
    assert pace.take(at + timedelta(seconds=2), urgent=False) == GO


def test_a_quiet_hour_does_not_save_up_a_burst(redis: Redis, at: datetime) -> None:
    pace = Pace(redis, "test", 2)
    assert pace.take(at, urgent=False) == GO
    later = at + timedelta(hours=1)
    waits = [pace.take(later, urgent=False) for _ in range(3)]
    assert waits[:2] == [GO, GO]
    assert waits[2] > GO


def test_sites_do_not_wait_for_each_other_and_a_clock_that_went_back_blocks_nobody(redis: Redis, at: datetime) -> None:
    seoul, busan = Pace(redis, "seoul", 1), Pace(redis, "busan", 1)
    assert (seoul.take(at, urgent=False), busan.take(at, urgent=False)) == (GO, GO)
    assert seoul.take(at - timedelta(hours=1), urgent=False) <= timedelta(seconds=1)


@hypothesis(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.sampled_from([0.5, 1.0, 3.0]),
    asked=st.lists(st.tuples(st.integers(0, 2000), st.booleans()), min_size=1, max_size=30),
)
def test_in_any_span_no_more_calls_go_than_the_pace_allows(
    redis: Redis, at: datetime, rate: float, asked: list[tuple[int, bool]]
) -> None:
    redis.flushdb()
    pace = Pace(redis, "test", rate)
    now, went = at, []
    for pause, urgent in asked:
        now += timedelta(milliseconds=pause)
        wait = pace.take(now, urgent=urgent)
        assert not (urgent and wait)
        if not wait and not urgent:
            went.append(now)
    for first in range(len(went)):
        for last in range(first, len(went)):
            span = (went[last] - went[first]).total_seconds()
            assert last - first + 1 <= max(1, rate) + span * rate + 0.01
