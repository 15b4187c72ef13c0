"""What must hold of the queue after every step, whatever was done and whatever failed: one function for each promise.

The numbers are those of docs/proof.md. Those that compare with the index hold once what was torn has been mended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing import queries
from routing.config import RoutingConfig
from routing.metrics import figures, figures_of
from routing.metrics.intervals import interval_of
from routing.policy import EXITS, known_need, turn
from routing.service.direct import BY_HAND
from routing.service.ledger import on_shift
from routing.service.tallying import counted_since
from routing.tables import LIVE, Offer, QueueEntry, RoutingEvent, Seat
from tests.routing.desk import Desk
from tests.routing.reference import Reference, Said

OFFER_OF = {"offered": "pending", "connecting": "accepted", "connected": "connected"}
SEAT_OF = {"pending": {"reserved"}, "accepted": {"connecting"}, "connected": {"on_contact", "on_hold"}}
FREE = {"idle", "wrapping", "not_responding", "lost"}
ENDS = EXITS | {"abandoned_short", "completed"}
LONG_AGO = timedelta(days=1)


@dataclass(frozen=True)
class Look:
    """Every row of the queue at one moment."""

    entries: dict[UUID, QueueEntry]
    offers: dict[UUID, Offer]
    """The live ones, by contact."""
    seats: dict[UUID, Seat]


def look(tx: Session) -> Look:
    offers = queries.live_offers(tx)
    one_live_offer_for_each(offers)
    return Look(
        {entry.contact_id: entry for entry in tx.scalars(select(QueueEntry))},
        {offer.contact_id: offer for offer in offers},
        {seat.counselor_id: seat for seat in queries.seats(tx)},
    )


def one_live_offer_for_each(offers: Sequence[Offer]) -> None:
    """I2, I3: no caller and no counselor has two live offers."""
    for each in ([offer.contact_id for offer in offers], [offer.counselor_id for offer in offers]):
        assert len(each) == len(set(each))


def nobody_is_lost(seen: Look, names: Iterable[UUID]) -> None:
    """I1: everybody who ever entered waits, is offered, is connected, talks, or has ended in one known way."""
    assert seen.entries.keys() == set(names)
    assert {entry.state for entry in seen.entries.values()} <= ENDS | set(LIVE)


def offers_are_of_those_who_are_offered(seen: Look) -> None:
    """I2: who waits is offered to nobody; everybody else in the line has a live offer, in the state they are in."""
    held = {key: OFFER_OF[e.state] for key, e in seen.entries.items() if e.state in OFFER_OF}
    assert {key: offer.state for key, offer in seen.offers.items()} == held


def seats_are_where_their_offers_are(seen: Look) -> None:
    """I3, I9: a counselor with an offer is busy with it, and a seat is busy only while it has one."""
    held = {offer.counselor_id: SEAT_OF[offer.state] | {"lost"} for offer in seen.offers.values()}
    for key, seat in seen.seats.items():
        assert seat.state in held.get(key, FREE), (seat.login, seat.state)


def no_offer_outlives_its_deadline(seen: Look, at: datetime) -> None:
    """I9: after a sweep no offer is held out that has run out."""
    assert [offer for offer in seen.offers.values() if offer.state == "pending" and offer.deadline < at] == []


class Order:
    """I4, I7, I8: of those a counselor could have been offered, nobody who still waits was before the one who was."""

    def __init__(self, config: RoutingConfig) -> None:
        self.config, self.known = config, set[UUID]()

    def keeps(self, seen: Look) -> None:
        """Look at what was offered since the last look."""
        fresh = [offer for offer in seen.offers.values() if offer.id not in self.known and offer.why != BY_HAND]
        waiting = [entry for entry in seen.entries.values() if entry.state == "waiting"]
        for offer in fresh:
            seat, chosen = seen.seats[offer.counselor_id], seen.entries[offer.contact_id]
            passed = [e for e in waiting if self._surely_asks(e, seat) and str(seat.counselor_id) not in e.apart]
            assert chosen.language in seat.languages
            assert all(self._rank(chosen, offer.offered_at) < self._rank(e, offer.offered_at) for e in passed)
        self.begin(seen)

    def begin(self, seen: Look) -> None:
        """Look only at what is offered from now on."""
        self.known = {offer.id for offer in seen.offers.values()}

    def _surely_asks(self, entry: QueueEntry, seat: Seat) -> bool:
        """Tell of a seat that any step of a caller's need asks: each asks everybody the one before it asked."""
        if entry.preferred_id not in {None, seat.counselor_id} and entry.priority != "danger":
            return False
        need = self.config.needs.of(known_need(entry.need, entry.priority, entry.entered_at, self.config))
        return entry.language in seat.languages and (not need or bool({*need.steps[0].skills} & {*seat.skills}))

    def _rank(self, entry: QueueEntry, at: datetime) -> tuple[int, float, int]:
        return turn(entry.priority, entry.entered_at, entry.seq, at=at, config=self.config)


def rows_say_what_the_reference_says(seen: Look, reference: Reference) -> None:
    """I1, I4, I7, I10, I11, I12: everybody is where a plain list of what happened puts them, and every seat too."""
    stays, chairs = reference.said()
    same({key: lies(entry, seen.offers.get(key)) for key, entry in seen.entries.items()}, stays)
    same({key: stands(seat) for key, seat in seen.seats.items()}, chairs)


def same(rows: Said, reference: Said) -> None:
    differ = {key: (rows.get(key), reference.get(key)) for key in rows.keys() | reference.keys()}
    differ = {key: both for key, both in differ.items() if both[0] != both[1]}
    assert not differ, differ


def lies(entry: QueueEntry, offer: Offer | None) -> tuple[object, ...]:
    apart = entry.apart if entry.state in LIVE else None
    with_whom = offer.counselor_id if offer else None
    # Who is in danger is kept for nobody, whatever was agreed before.
    own = (entry.preferred_id, entry.preferred_until) if entry.priority != "danger" else (None, None)
    kept = own if entry.state in LIVE else None
    return entry.state, entry.priority, entry.entered_at, entry.queue, with_whom, apart, entry.need, kept


def stands(seat: Seat) -> tuple[object, ...]:
    return seat.activity, seat.next_activity, seat.state, seat.contact_id, seat.idle_since, seat.wrap_until


def index_and_rows_agree(desk: Desk) -> None:
    """I1, I9: the index has everybody and every seat just as the rows do."""
    assert desk.agrees()


def whoever_can_be_matched_is(reference: Reference, at: datetime) -> None:
    """L1: no caller waits while a counselor who may take them is free."""
    assert reference.next_pair(at) is None


def nobody_waits_for_a_skill_that_nobody_has(seen: Look, reference: Reference, at: datetime) -> None:
    """A step that nobody on shift fits is passed over: then whoever is free and speaks their language is asked."""
    staffed = [seat for seat in seen.seats.values() if on_shift(seat)]
    free = [seen.seats[key] for key in reference.routable(at)]
    for entry in seen.entries.values():
        need = reference.config.needs.of(entry.need)
        if need is None or entry.state != "waiting" or entry.preferred_id is not None:
            continue
        asked = {skill for step in need.steps for skill in step.skills}
        if not any(entry.language in seat.languages and asked & {*seat.skills} for seat in staffed):
            assert not [s for s in free if entry.language in s.languages and str(s.counselor_id) not in entry.apart]


def danger_needs_nothing(desk: Desk) -> None:
    """Who is in danger stands in a line that asks everybody, and is kept for nobody."""
    lines = {held["line"] for held in desk.board.contacts().values()}
    assert {line for line in lines if line.startswith("danger:")} <= {"danger:ko:any", "danger:en:any"}


def figures_are_folds_of_what_happened(tx: Session, desk: Desk, queue: str, start: datetime) -> None:
    """I14: the kept tallies and the events fold to the same figures."""
    told = figures_of(counted_since(tx, queue, interval_of(start - LONG_AGO), desk.config, at=desk.at + LONG_AGO))
    happened = tx.scalars(select(RoutingEvent).where(RoutingEvent.queue == queue).order_by(RoutingEvent.n)).all()
    assert told == figures(happened, desk.config.answer_within_seconds)


def waits_are_what_the_events_say(tx: Session, seen: Look) -> None:
    """I15: a wait is the time from entering to connecting, and is never below zero."""
    connected = tx.scalars(select(RoutingEvent).where(RoutingEvent.kind == "connected"))
    for event in connected:
        assert event.contact_id is not None
        waited = (event.at - seen.entries[event.contact_id].entered_at).total_seconds()
        assert event.detail["waited_s"] == max(0.0, waited)
