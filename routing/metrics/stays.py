"""What became of each contact: a fold over what happened, in which nothing told twice counts twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol
from uuid import UUID

OFFER_KINDS = frozenset({"offered", "accepted", "rejected", "timed_out"})


class Happened(Protocol):
    """What the fold reads of an event."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def contact_id(self) -> UUID | None: ...  # noqa: D102
    @property
    def offer_id(self) -> UUID | None: ...  # noqa: D102
    @property
    def counselor_id(self) -> UUID | None: ...  # noqa: D102
    @property
    def detail(self) -> Mapping[str, Any]: ...  # noqa: D102


@dataclass(slots=True)
class Stay:
    """What became of one contact, times in seconds."""

    entered: datetime
    waited: float | None = None
    """Until it talked or left."""
    answered: bool = False
    left: str | None = None
    """How it left."""
    talk: float | None = None
    """Of a finished conversation, hold included."""
    wrap: float = 0
    counselor_id: UUID | None = None
    """Who answered."""
    finished_by: UUID | None = None
    finished_at: datetime | None = None
    left_at: datetime | None = None
    back_at: datetime | None = None
    """When it came back last, after it had left for another way."""
    holds: set[tuple[datetime, bool]] = field(default_factory=set)
    wraps: dict[tuple[datetime, UUID | None], float] = field(default_factory=dict)
    offers: dict[str, dict[UUID, UUID | None]] = field(default_factory=dict)
    """Kind to offer to counselor."""
    placed: tuple[datetime, str] | None = None
    """When it was known of which district its subject is, and which."""

    def hold(self) -> float:
        """Give how long a finished conversation was held."""
        if self.finished_at is None:
            return 0
        turns = sorted(turn for turn in self.holds if turn[0] <= self.finished_at)
        ends = pairwise([*turns, (self.finished_at, False)])
        return sum((until - since).total_seconds() for (since, held), (until, _) in ends if held)


def stays(events: Iterable[Happened]) -> dict[UUID, Stay]:
    """Fold what happened, in order, into what became of each contact; unknown kinds of events change nothing."""
    told = [(event.contact_id, event) for event in events if event.contact_id is not None]
    found: dict[UUID, Stay] = {}
    for contact_id, event in told:
        if event.kind == "entered":
            found.setdefault(contact_id, Stay(event.at))
    # What was written before the entry counts as well: told again after it, it would.
    for contact_id, event in told:
        if contact_id in found:
            _happen(found[contact_id], event)
    return found


def _happen(stay: Stay, event: Happened) -> None:
    match event.kind:
        case "connected" if stay.waited is None:
            stay.waited, stay.answered, stay.counselor_id = _since(stay, event), True, event.counselor_id
        case "left" if stay.waited is None and (stay.back_at is None or event.at > stay.back_at):
            stay.waited, stay.left, stay.left_at = _since(stay, event), event.detail["state"], event.at
        case "came_back":
            _come_back(stay, event.at)
        case "finished" if stay.talk is None:
            stay.talk = float(event.detail["talk_s"])
            stay.finished_by, stay.finished_at = event.counselor_id or stay.counselor_id, event.at
        case "wrapped":
            stay.wraps.setdefault((event.at, event.counselor_id), float(event.detail["wrap_s"]))
            stay.wrap = sum(stay.wraps.values())
        case "held" | "resumed":
            stay.holds.add((event.at, event.kind == "held"))
        case "placed":
            place = event.at, str(event.detail["district"])
            stay.placed = max(stay.placed or place, place)
        case kind if kind in OFFER_KINDS and event.offer_id is not None:
            stay.offers.setdefault(kind, {}).setdefault(event.offer_id, event.counselor_id)


def _come_back(stay: Stay, at: datetime) -> None:
    stay.back_at = max(stay.back_at or at, at)
    if stay.left_at is not None and stay.left_at <= stay.back_at:
        stay.waited, stay.left, stay.left_at = None, None, None


def _since(stay: Stay, event: Happened) -> float:
    return max(0.0, (event.at - stay.entered).total_seconds())
