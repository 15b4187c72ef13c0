"""How forecasts are scored: a worked example, and nothing counted twice."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from routing.calibration import DEFINITIONS, Calibration, calibrate
from routing.tables import RoutingEvent

START = datetime(2026, 11, 24, tzinfo=UTC)


def event(kind: str, contact: int, after: float, **detail: Any) -> RoutingEvent:
    return RoutingEvent(kind=kind, at=START + timedelta(seconds=after), contact_id=UUID(int=contact), detail=detail)


def foretold(contact: int, after: float, seconds: float, told_s: float | None = None) -> RoutingEvent:
    return event("foretold", contact, after, seconds=seconds, within=seconds * 1.6, told_s=told_s)


def test_the_worked_example_comes_out_under_every_name() -> None:
    events = [
        foretold(1, 0, 100, 120), foretold(1, 60, 50), event("connected", 1, 130),
        foretold(2, 0, 200), event("left", 2, 30, state="abandoned"),
        foretold(3, 0, 90, 60),
    ]  # fmt: skip
    assert calibrate(events) == Calibration(
        foretold=4, answered=2, left=1, mae_s=25, bias_s=-25, coverage_p80=1, told=1, told_mae_s=10, told_kept=0
    )


def test_without_forecasts_there_is_nothing_to_score() -> None:
    scored = asdict(calibrate([event("entered", 1, 0), event("connected", 1, 5)]))
    assert {name: value for name, value in scored.items() if value} == {}


def test_what_comes_after_the_connection_is_no_forecast_of_it() -> None:
    scored = calibrate([foretold(1, 0, 100), event("connected", 1, 100), foretold(1, 150, 10), event("left", 1, 200)])
    assert (scored.foretold, scored.answered, scored.left, scored.mae_s) == (1, 1, 0, 0)


def test_every_figure_is_defined() -> None:
    assert set(DEFINITIONS) == set(Calibration.__slots__)


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["foretold", "connected", "left"]), st.integers(0, 90))))
def test_what_is_told_twice_is_counted_once(told: Sequence[tuple[int, str, int]]) -> None:
    made = [event(kind, who, after, seconds=60, within=90, told_s=60) for who, kind, after in told]
    assert calibrate(made) == calibrate([each for happened in made for each in (happened, happened)])
