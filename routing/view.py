"""What the queue's screens show: a seat with its offer, a queue's line, its figures, and the same for Prometheus."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from routing import metrics, queries, tally_queries
from routing.advice import advice
from routing.config import RoutingConfig
from routing.metrics.intervals import midnight as midnight_of
from routing.needs import Step, step_states
from routing.policy import asked, fits, groups, known_class, known_language, known_need, turn
from routing.service.ledger import on_shift
from routing.service.tallying import counted_since, zone_of
from routing.tables import Offer, QueueEntry, Seat

PROMETHEUS = "goodbye120_queue"


def offer_view(offer: Offer, entry: QueueEntry | None, at: datetime) -> dict[str, Any]:
    """Show an offer; `waited_s` is what the caller has waited, until they talked or left."""
    shown: dict[str, Any] = {
        "offer_id": offer.id, "contact_id": offer.contact_id, "counselor_id": offer.counselor_id, "state": offer.state,
        "why": offer.why, "offered_at": offer.offered_at, "deadline": offer.deadline, "reason": offer.reason,
        "connected_at": offer.connected_at, "priority": None, "language": None, "need": None, "waited_s": None,
        "hints": [],
    }  # fmt: skip
    if entry is not None:
        until = entry.connected_at or entry.left_at or at
        waited = max(0, round((until - entry.entered_at).total_seconds()))
        names = ("priority", "language", "need", "hints")
        shown |= {"waited_s": waited, **{name: getattr(entry, name) for name in names}}
    return shown


def seat_view(tx: Session, counselor_id: UUID, at: datetime) -> dict[str, Any]:
    """Show a counselor's seat, what is held out to them and whom they talk to; one who has none yet is offline."""
    seat, offer = queries.seat(tx, counselor_id), queries.offer_at(tx, counselor_id)
    shown: dict[str, Any] = {
        "counselor_id": counselor_id, "activity": "offline", "next_activity": None, "state": "idle",
        "idle_since": None, "wrap_until": None, "contact_id": None, "languages": [], "skills": [], "softphone": True,
    }  # fmt: skip
    if seat is not None:
        shown |= {name: getattr(seat, name) for name in shown}
    due = seat is not None and seat.asked_because == "break"
    wanted = shown["state"] == "recovering" and queries.danger_without_anybody_free(tx)
    said = advice(shown["activity"], shown["state"], softphone=shown["softphone"], asked=wanted, break_due=due)
    shown |= {"offer": None, "advice": said}
    if offer is not None:
        shown["offer"] = offer_view(offer, queries.entry(tx, offer.contact_id), at)
    return shown


def line_view(tx: Session, queue: str, config: RoutingConfig, at: datetime) -> list[dict[str, Any]]:
    """Show who waits or is being connected, in the order they are served."""
    offers = {offer.contact_id: offer for offer in queries.live_offers(tx)}
    entries = [entry for entry in queries.live_entries(tx, queue) if entry.state != "connected"]
    entries.sort(key=lambda e: turn(known_class(e.priority, config), e.entered_at, e.seq, at=at, config=config))
    seats = [seat for seat in queries.seats(tx) if on_shift(seat)]
    staff = [groups(seat.languages, seat.skills, config) for seat in seats]
    return [
        {**_waiting(entry, offers.get(entry.contact_id), at), "steps": _steps(entry, staff, config, at)}
        for entry in entries
    ]


def _waiting(entry: QueueEntry, offer: Offer | None, at: datetime) -> dict[str, Any]:
    names = ("contact_id", "state", "priority", "language", "need", "preferred_id", "entered_at")
    waited = max(0, round((at - entry.entered_at).total_seconds()))
    held_out = offer.counselor_login if offer else None
    return {**{name: getattr(entry, name) for name in names}, "waited_s": waited, "offered_to": held_out}


def _steps(
    entry: QueueEntry, staff: Sequence[Sequence[str]], config: RoutingConfig, at: datetime
) -> list[dict[str, Any]]:
    # Whom a caller's need asks, step by step; `staff` are the groups of the seats on shift.
    need = config.needs.of(known_need(entry.need, entry.priority, entry.entered_at, config))
    if need is None:
        return []

    def staffed(step: Step) -> bool:
        wanted = asked(known_language(entry.language, config), step)
        return any(fits(seat, wanted) for seat in staff)

    states = step_states(need.steps, (at - entry.entered_at).total_seconds(), staffed)
    shown = zip(need.steps, states, strict=True)
    return [{"after_s": step.after, "skills": list(step.skills), "state": state} for step, state in shown]


def queue_view(tx: Session, queue: str, config: RoutingConfig, at: datetime) -> dict[str, Any]:
    """Show a queue as it is, and its figures since midnight, with what each of them means."""
    midnight = midnight_of(at, zone_of(config))
    entries, seats = queries.live_entries(tx, queue), queries.seats(tx)
    standing_by = [e for e in entries if e.state != "connected"]
    # Whoever is to be called back is not on the line, and does not hear how long it takes.
    waits = [max(0.0, (at - e.entered_at).total_seconds()) for e in standing_by if e.priority != "callback"]
    there = sum(map(on_shift, seats))
    live = {
        "waiting": len(waits), "callbacks": len(standing_by) - len(waits),
        "talking": len(entries) - len(standing_by), "longest_wait_s": round(max(waits, default=0), 1),
        "on_shift": there, "nobody_on_shift": bool(standing_by) and not there,
        "seats": dict(Counter(standing(seat) for seat in seats)), "mended": queries.mended(tx),
    }  # fmt: skip
    today = metrics.figures_of(counted_since(tx, queue, midnight, config, at=at))
    return {
        "queue": queue, "at": at, "live": live, "since": midnight, "today": asdict(today),
        "within_s": config.answer_within_seconds, "short_abandon_s": config.short_abandon_seconds,
        "definitions": dict(metrics.DEFINITIONS),
    }  # fmt: skip


def standing(seat: Seat) -> str:
    """Name how a seat stands in one word: its state, and for one that is idle what its counselor is doing."""
    return seat.activity if seat.state == "idle" and seat.activity != "available" else seat.state


def seats_view(tx: Session) -> list[dict[str, Any]]:
    """Show every seat."""
    names = (
        "counselor_id", "login", "languages", "skills", "activity", "next_activity", "state", "softphone", "contact_id",
        "changed_at",
    )  # fmt: skip
    return [{name: getattr(seat, name) for name in names} for seat in queries.seats(tx)]


def prometheus(tx: Session, config: RoutingConfig, at: datetime) -> str:
    """Write every queue's figures in Prometheus' text format (version 0.0.4)."""
    known = tally_queries.queues(tx, midnight_of(at, zone_of(config)))
    shown = [queue_view(tx, queue, config, at) for queue in known]
    seats = Counter(standing(seat) for seat in queries.seats(tx))
    lines = [*_family("seats", "seats by how they stand", [(f'state="{s}"', n) for s, n in sorted(seats.items())])]
    lines += _family("mended_total", "differences between index and database mended", [("", queries.mended(tx))])
    for name in ("waiting", "talking", "longest_wait_s"):
        told = [(f'queue="{view["queue"]}"', view["live"][name]) for view in shown]
        lines += _family(f"live_{name}", f"{name}, now", told)
    for name in metrics.Figures.__slots__:
        told = [each for view in shown for each in _samples(view["queue"], view["today"][name])]
        lines += _family(f"today_{name}", f"{metrics.DEFINITIONS[name]}; since midnight", told)
    return "\n".join(lines) + "\n"


def _samples(queue: str, value: Any) -> Iterator[tuple[str, float | None]]:
    if not isinstance(value, dict):
        yield f'queue="{queue}"', value
        return
    yield from ((f'queue="{queue}",how="{how}"', number) for how, number in value.items())


def _family(name: str, meaning: str, told: Sequence[tuple[str, float | None]]) -> Iterator[str]:
    yield f"# HELP {PROMETHEUS}_{name} {meaning}"
    yield f"# TYPE {PROMETHEUS}_{name} {'counter' if name.endswith('_total') else 'gauge'}"
    for labels, value in told:
        if value is not None:
            yield f"{PROMETHEUS}_{name}{{{labels}}} {value}" if labels else f"{PROMETHEUS}_{name} {value}"
