"""How long each counselor was at work and how long busy: a fold over what happened at their seats, by the clock."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from routing.metrics.stays import Happened
from routing.policy import ABSENT

Span = tuple[datetime, datetime]
MILLISECOND = timedelta(milliseconds=1)
ABSENT_STATES = frozenset({"not_responding", "lost"})
BEGINS = frozenset({"connected", "taken_over"})
ENDS = frozenset({"finished", "left", "returned"})


@dataclass(frozen=True, slots=True)
class SeatTime:
    """When one counselor was busy, and when at work (available or busy): spans in order that do not overlap."""

    busy: list[Span]
    at_work: list[Span]

    def within(self, begin: datetime, end: datetime) -> tuple[int, int]:
        """Give for how many ms of a span they were busy, and at work."""
        return _inside(self.busy, begin, end), _inside(self.at_work, begin, end)


@dataclass(slots=True)
class _Now:
    available: list[Span] = field(default_factory=list)
    busy: list[Span] = field(default_factory=list)
    available_since: datetime | None = None
    talking: dict[UUID | None, datetime] = field(default_factory=dict)

    def set_available(self, at: datetime, *, available: bool) -> None:
        if self.available_since is not None:
            self.available.append((self.available_since, at))
        self.available_since = at if available else None

    def talked(self, contact_id: UUID | None, at: datetime) -> None:
        since = self.talking.pop(contact_id, None)
        if since is not None:
            self.busy.append((since, at))


def seat_times(events: Iterable[Happened], until: datetime) -> Mapping[UUID, SeatTime]:
    """Fold what happened at the seats, in order; what had not ended by `until` is cut there."""
    seats: dict[UUID, _Now] = {}
    for event in events:
        if event.counselor_id is None:
            continue
        if event.kind in BEGINS | ENDS:
            # A caller talks to one counselor at a time: what begins at one seat has ended at any other.
            for seat in seats.values():
                seat.talked(event.contact_id, event.at)
        _happen(seats.setdefault(event.counselor_id, _Now()), event)
    for seat in seats.values():
        seat.set_available(until, available=False)
        for contact_id in list(seat.talking):
            seat.talked(contact_id, until)
    return {key: SeatTime(_joined(seat.busy), _joined([*seat.available, *seat.busy])) for key, seat in seats.items()}


def _happen(seat: _Now, event: Happened) -> None:
    match event.kind:
        case "seat":
            state, activity = event.detail.get("state"), event.detail.get("activity")
            seat.set_available(event.at, available=activity == "available" and state not in ABSENT_STATES)
        case "timed_out" if not event.detail.get("stays"):
            seat.set_available(event.at, available=False)
        case "connect_failed" if event.detail.get("why") in ABSENT:
            seat.set_available(event.at, available=False)
        case kind if kind in BEGINS:
            seat.talking[event.contact_id] = event.at
        case "wrapped":
            lasted = round(float(event.detail["wrap_s"]) * 1000) * MILLISECOND
            seat.busy.append((event.at - lasted, event.at))


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if joined and since <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(until, joined[-1][1])
        else:
            joined.append((since, until))
    return joined


def _inside(spans: list[Span], begin: datetime, end: datetime) -> int:
    counted = 0
    for since, until in spans[bisect_right(spans, begin, key=lambda span: span[1]) :]:
        if since >= end:
            break
        counted += round((min(until, end) - max(since, begin)) / MILLISECOND)
    return counted
