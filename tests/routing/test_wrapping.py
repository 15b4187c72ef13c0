"""After a conversation: the outcome comes before the next caller, and a heavy one is followed by a pause."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

import routing.service as queue
from core.errors import Conflict
from routing import view
from routing.advice import ASKED, OUTCOME_OWED, RECOVERING
from routing.config import RoutingConfig
from routing.policy import heavy_because
from routing.written import Written
from tests.routing.desk import CONFIG, Desk, actor


@dataclass
class Records:
    """What counselors have written, as the queue asks for it."""

    owing: set[UUID] = field(default_factory=set)
    why: str | None = None

    def written(self) -> Written:
        return Written(self.owed, self.heavy)

    def owed(self, _: Session, counselor_id: UUID) -> bool:
        return counselor_id in self.owing

    def heavy(self, _: Session, __: UUID) -> str | None:
        return self.why


@pytest.fixture
def records() -> Records:
    return Records()


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return replace(desk, config=replace(CONFIG, recovery_seconds=300))


def act(desk: Desk, what: Callable[[Session], object]) -> None:
    with desk.sessions.begin() as tx:
        what(tx)


def wrap_up(desk: Desk, records: Records) -> None:
    act(desk, lambda tx: queue.wrap_up(tx, actor("hana").id, board=desk.board, at=desk.at, written=records.written()))


def choose(desk: Desk, records: Records, activity: str) -> None:
    told = records.written()
    act(desk, lambda tx: queue.set_activity(tx, actor("hana"), activity, board=desk.board, at=desk.at, written=told))


def beat(desk: Desk, records: Records) -> None:
    act(desk, lambda tx: queue.heartbeat(tx, actor("hana"), board=desk.board, at=desk.at, written=records.written()))


def run_out(desk: Desk, records: Records, seconds: int) -> None:
    for _ in range(seconds // 10 + 1):
        desk.later(10)
        beat(desk, records)
    act(desk, lambda tx: queue.sweep(tx, board=desk.board, at=desk.at, written=records.written()))


def talk(desk: Desk, name: str = "A", priority: str = "normal", seconds: float = 0) -> None:
    desk.sit("hana")
    desk.call(name, priority)
    desk.talk(name)
    desk.later(seconds)
    desk.finish(name)


def advice(desk: Desk) -> object:
    with desk.sessions() as tx:
        return view.seat_view(tx, actor("hana").id, desk.at)["advice"]


def test_nobody_is_ready_before_the_outcome(desk: Desk, records: Records) -> None:
    talk(desk)
    records.owing.add(actor("hana").id)
    with pytest.raises(Conflict, match="나중에"):
        wrap_up(desk, records)
    assert desk.seat("hana").state == "wrapping"
    records.owing.clear()
    wrap_up(desk, records)
    assert desk.seat("hana").state == "idle"


def test_when_the_time_runs_out_without_it_the_counselor_is_writing_and_knows_the_way_on(
    desk: Desk, records: Records
) -> None:
    talk(desk)
    records.owing.add(actor("hana").id)
    run_out(desk, records, 120)
    desk.call("B")
    assert (desk.seat("hana").activity, desk.seat("hana").state, desk.to("B")) == ("writing", "idle", None)
    assert advice(desk) == OUTCOME_OWED
    assert len(desk.told("OutcomeOwed")) == 1
    with pytest.raises(Conflict):
        choose(desk, records, "available")
    choose(desk, records, "break")
    records.owing.clear()
    choose(desk, records, "available")
    assert desk.to("B") == "hana"
    assert desk.agrees()


def test_a_break_chosen_meanwhile_begins_although_the_outcome_is_owed(desk: Desk, records: Records) -> None:
    talk(desk)
    choose(desk, records, "break")
    records.owing.add(actor("hana").id)
    run_out(desk, records, 120)
    assert desk.seat("hana").activity == "break"


@pytest.mark.parametrize("ended_while_lost", [False, True])
def test_losing_the_desk_is_no_way_around_the_outcome(desk: Desk, records: Records, *, ended_while_lost: bool) -> None:
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    if not ended_while_lost:
        desk.finish("A")
    desk.later(15)
    desk.sweep()
    if ended_while_lost:
        desk.finish("A")
    records.owing.add(actor("hana").id)
    beat(desk, records)
    assert (desk.seat("hana").activity, desk.seat("hana").state) == ("writing", "idle")
    assert desk.agrees()


def test_a_desk_that_was_lost_and_found_in_a_conversation_talks_on(desk: Desk, records: Records) -> None:
    records.owing.add(actor("hana").id)
    desk.sit("hana")
    desk.call("A")
    desk.talk("A")
    desk.later(15)
    desk.sweep()
    beat(desk, records)
    assert (desk.seat("hana").state, desk.seat("hana").next_activity) == ("on_contact", None)


@pytest.mark.parametrize(
    ("priority", "seconds", "why"), [("danger", 0, None), ("normal", 2700, None), ("normal", 0, "emergency")]
)
def test_a_heavy_call_is_followed_by_a_pause_that_ends_by_itself(
    desk: Desk, records: Records, priority: str, seconds: float, why: str | None
) -> None:
    records.why = why
    talk(desk, priority=priority, seconds=seconds)
    beat(desk, records)
    wrap_up(desk, records)
    desk.call("B")
    assert (desk.seat("hana").state, desk.to("B"), advice(desk)) == ("recovering", None, RECOVERING)
    assert desk.agrees()
    run_out(desk, records, 300)
    assert (desk.seat("hana").state, desk.to("B")) == ("reserved", "hana")


@pytest.mark.parametrize("how", ["wrap_up", "available"])
def test_whoever_rests_may_end_it_early(desk: Desk, records: Records, how: str) -> None:
    talk(desk, priority="danger")
    wrap_up(desk, records)
    desk.call("B")
    if how == "wrap_up":
        wrap_up(desk, records)
    else:
        choose(desk, records, "available")
    assert (desk.seat("hana").state, desk.seat("hana").wrap_until, desk.to("B")) == ("reserved", None, "hana")
    assert desk.agrees()


def test_nobody_is_kept_for_a_counselor_who_rests(desk: Desk, records: Records) -> None:
    records.why = "danger"
    talk(desk)
    desk.sit("minji")
    desk.call("B", own="hana")
    assert desk.to("B") is None
    wrap_up(desk, records)
    assert desk.to("B") == "minji"
    assert desk.agrees()


def test_a_break_asked_for_during_a_heavy_call_begins_at_once_after_it(desk: Desk, records: Records) -> None:
    desk.sit("hana")
    desk.call("A", "danger")
    desk.talk("A")
    desk.sit("hana", "break")
    desk.finish("A")
    wrap_up(desk, records)
    assert (desk.seat("hana").activity, desk.seat("hana").state) == ("break", "idle")


def test_who_rests_is_asked_and_never_made_to_when_danger_waits_and_nobody_is_free(
    desk: Desk, records: Records
) -> None:
    talk(desk, priority="danger")
    wrap_up(desk, records)
    desk.call("B", "danger")
    assert (advice(desk), desk.seat("hana").state) == (ASKED, "recovering")
    desk.sit("duri")
    assert (desk.to("B"), advice(desk)) == ("duri", RECOVERING)


def test_an_ordinary_call_needs_no_pause() -> None:
    config = RoutingConfig()
    assert heavy_because("normal", 2699, None, config) is None
    assert heavy_because("normal", 2700, None, config) == "long"
    assert heavy_because("callback", 0, "abuse", config) == "abuse"
    assert heavy_because("danger", 0, "urgent", config) == "danger"
    assert timedelta(seconds=config.recovery_seconds) == timedelta(minutes=5)
