"""What every operation of the queue comes to, written down plainly: the service's rows must say the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from routing import queries
from routing.policy import groups, left_as, longer_wrap_up
from routing.records import moment
from routing.tables import LIVE, QueueEntry
from tests.routing.desk import Desk
from tests.routing.model import Caller, Chair, Model

Said = dict[UUID, tuple[object, ...]]


@dataclass
class Stay(Caller):
    """A caller, in which queue, and whether they are held out to one counselor only."""

    queue: str = "loneliness"
    only: bool = False
    left: datetime | None = None


@dataclass
class Reference(Model):
    """The queue as it should be: who has left stays written down."""

    gone: dict[UUID, Stay] = field(default_factory=dict)

    def stay(self, key: UUID) -> Stay:
        caller = self.callers[key]
        assert isinstance(caller, Stay)
        return caller

    def need_of(self, need: str, came: datetime) -> str:
        """Who comes at night and needs nothing else has the need of the night."""
        return self.config.needs.known(need, came, self.config.timezone)

    def asked(self, caller: Caller, at: datetime) -> set[str]:
        """By whom a caller may be taken: in danger by everybody, else as their need and the hour they came say."""
        need = "any" if caller.klass == "danger" else self.need_of(caller.need, caller.entered)
        return super().asked(replace(caller, need=need), at)

    def enters(self, key: UUID, own: UUID | None, at: datetime) -> None:
        self.keep(self.stay(key), own, at + timedelta(seconds=self.config.preferred_seconds))
        self.settle(at)

    def keep(self, stay: Stay, own: UUID | None, until: datetime) -> None:
        """Keep a caller for a counselor who takes callers now; who is in danger is kept for nobody."""
        if own is not None and self.chairs[own] in self.staff() and stay.klass != "danger":
            stay.first, stay.until = own, until

    def settle(self, at: datetime) -> None:
        """Offer until nothing more fits, as follows the commit of whatever made it possible."""
        while pair := self.next_pair(at):
            self.offer(*pair, pair[0], at)

    def exit(self, key: UUID, state: str, at: datetime) -> None:
        stay = self.gone[key] = self.stay(key)
        self.leave(key)
        stay.state, stay.left, stay.offer, stay.seat, stay.deadline = state, at, None, None, None

    def leaves(self, key: UUID, reason: str, at: datetime) -> None:
        waited = max(0.0, (at - self.callers[key].entered).total_seconds())
        self.exit(key, left_as(reason, waited, self.config), at)
        self.settle(at)

    def passed_on(self, key: UUID, at: datetime, since: datetime | None, state: str = "idle") -> None:
        self.hand_back(key, at, since, state)
        self.settle(at)

    def chooses(self, seat: UUID, found_by: tuple[str, ...], activity: str, at: datetime) -> None:
        if activity == "available" and self.chairs[seat].activity != "available":
            self.chairs[seat].asked_from = at
        self.sit(seat, found_by, activity, at)
        self.keeps_nobody_if_away(seat)
        self.settle(at)

    def is_told(self, seat: UUID, activity: str, at: datetime) -> None:
        self.choose(seat, activity, at)
        self.keeps_nobody_if_away(seat)
        self.settle(at)

    def keeps_nobody_if_away(self, seat: UUID) -> None:
        """Whoever waits for a counselor who takes nobody any more waits for everybody."""
        if self.chairs[seat] not in self.staff():
            for caller in self.callers.values():
                if caller.state == "waiting" and caller.first == seat:
                    caller.for_anybody()

    def learns(self, seat: UUID, found_by: tuple[str, ...], at: datetime) -> None:
        self.chairs[seat].groups = found_by
        self.settle(at)

    def is_in_danger(self, key: UUID, at: datetime) -> None:
        self.callers[key].klass = "danger"
        self.callers[key].for_anybody()
        self.settle(at)

    def comes_back(self, key: UUID, at: datetime) -> None:
        stay = self.callers[key] = self.gone.pop(key)
        stay.state, stay.left = "waiting", None
        stay.for_anybody()
        self.settle(at)

    def hand_back(self, key: UUID, at: datetime, since: datetime | None, state: str = "idle") -> None:
        before = dict(self.stay(key).apart)
        super().hand_back(key, at, since, state)
        if self.stay(key).only:
            self.callers[key].apart = before
            self.exit(key, "withdrawn", at)

    def ends(self, key: UUID, state: str, at: datetime) -> None:
        stay = self.gone[key] = self.stay(key)
        seat = stay.seat
        self.callers.pop(key)
        stay.state, stay.left, stay.offer, stay.seat = state, at, None, None
        assert seat is not None
        if self.config.wrap_up_seconds > 0:
            self.wrap(seat, at)
        else:
            self.free(seat, at)
        if self.chairs[seat].state == "lost":
            self.chairs[seat].idle_since = at
        self.settle(at)

    def wrap(self, seat: UUID, at: datetime) -> None:
        """Begin a wrap-up; where there is none, or the desk is lost, the seat is let go as it is."""
        chair = self.chairs[seat]
        if chair.state == "lost" or self.config.wrap_up_seconds == 0:
            self.free(seat, None)
            return
        chair.state, chair.offer = "wrapping", None
        chair.wrap_until = at + timedelta(seconds=self.config.wrap_up_seconds)

    def writes_no_more(self, seat: UUID, at: datetime) -> None:
        self.wrap_up(seat, at, None, "")
        self.settle(at)

    def extends(self, seat: UUID, at: datetime) -> None:
        chair = self.chairs[seat]
        stay = self.gone.get(chair.contact) if chair.contact else None
        assert chair.wrap_until is not None
        began = stay.left if stay is not None and stay.left is not None else at
        chair.wrap_until = longer_wrap_up(began, chair.wrap_until, self.config)

    def is_free(self, seat: UUID) -> bool:
        chair = self.chairs.get(seat)
        return chair is not None and (chair.activity, chair.state) == ("available", "idle")

    def goes_on(self, first: UUID, key: UUID, only: UUID | None, need: str | None, at: datetime) -> None:
        before, last = self.stay(first), max(stay.seq for stay in (*self.callers.values(), *self.gone.values()))
        klass = "danger" if before.klass == "danger" else "transfer"
        stay = self.callers[key] = Stay(klass, before.language, at, last + 1, only=only is not None)
        stay.need = need or before.need
        if only is not None:
            self.offer(key, only, key, at)
        else:
            stay.need = self.need_of(stay.need, at)
            self.settle(at)

    def may_be_pulled(self, to: UUID, *, oneself: bool) -> bool:
        if oneself:
            return to not in self.chairs or self.chairs[to].state == "idle"
        return self.is_free(to)

    def is_pulled(self, key: UUID, to: UUID, at: datetime) -> None:
        self.chairs.setdefault(to, Chair(("ko",), at, None))
        self.offer(key, to, key, at)

    def may_take_over(self, by: UUID) -> bool:
        return by not in self.chairs or self.chairs[by].state in {"idle", "not_responding"}

    def is_called_back(self, key: UUID, since: datetime, first: UUID | None, at: datetime) -> None:
        last = max((stay.seq for stay in (*self.callers.values(), *self.gone.values())), default=0)
        stay = self.callers[key] = Stay("callback", "ko", since, last + 1)
        self.keep(stay, first, at + timedelta(seconds=30))
        self.settle(at)

    def takes_up(self, key: UUID, since: datetime) -> None:
        self.callers[key].entered = since

    def is_taken_over(self, key: UUID, by: UUID, at: datetime) -> None:
        stay = self.stay(key)
        assert stay.seat is not None
        self.wrap(stay.seat, at)
        chair = self.chairs.setdefault(by, Chair(("ko",), at, None))
        chair.state, chair.contact, chair.offer, stay.seat = "on_contact", key, key, by

    def is_brought_back(self, key: UUID, at: datetime) -> None:
        stay = self.stay(key)
        assert stay.seat is not None
        self.wrap(stay.seat, at)
        stay.state, stay.offer, stay.seat, stay.only = "waiting", None, None, False
        stay.for_anybody()
        self.settle(at)

    def heard(self, seat: UUID, found_by: tuple[str, ...], at: datetime) -> None:
        """A sign of life: a lost seat is taken again as it was."""
        chair = self.chairs[seat]
        if chair.state == "lost":
            self.sit(seat, found_by, chair.next or chair.activity, at)
            self.keeps_nobody_if_away(seat)
            self.settle(at)
        chair.lease = at + timedelta(seconds=self.config.lease_seconds)

    def sweep(self, at: datetime) -> None:
        for key in [key for key, caller in self.callers.items() if caller.deadline and caller.deadline <= at]:
            self.hand_back(key, at, at, "not_responding")
        for caller in self.callers.values():
            if caller.state == "waiting" and caller.until and caller.until <= at:
                caller.for_anybody()
        for seat, chair in self.chairs.items():
            if chair.wrap_until and chair.wrap_until <= at:
                self.wrap_up(seat, at, None, "")
        for seat in [seat for seat, chair in self.chairs.items() if chair.lease and chair.lease <= at]:
            held = self.chairs[seat].contact
            self.lose(seat, at)
            self.keeps_nobody_if_away(seat)
            if held in self.callers and self.callers[held].seat == seat and self.callers[held].state == "offered":
                self.hand_back(held, at, at, "not_responding")
        self.settle(at)

    def is_rebuilt(self, at: datetime) -> None:
        for key in [key for key, caller in self.callers.items() if caller.state == "offered"]:
            if self.stay(key).only:
                self.exit(key, "withdrawn", at)
        self.rescind()
        for chair in self.chairs.values():
            if chair.state != "lost":
                chair.lease = at + timedelta(seconds=self.config.lease_seconds)
        self.settle(at)

    def said(self) -> tuple[Said, Said]:
        """Say where everybody is, and how every seat stands."""
        stays = {**self.callers, **self.gone}
        return {key: said_of(stay) for key, stay in stays.items()}, {
            key: (c.activity, c.next, c.state, c.contact, c.idle_since, c.wrap_until) for key, c in self.chairs.items()
        }


def said_of(stay: Caller) -> tuple[object, ...]:
    apart = stay.place().apart if stay.state in LIVE else None
    kept = (stay.first, stay.until) if stay.state in LIVE else None
    return stay.state, stay.klass, stay.entered, getattr(stay, "queue", ""), stay.seat, apart, stay.need, kept


def read(desk: Desk) -> Reference:
    """Write the rows down as the reference has them; of the index only what is nowhere else, the leases."""
    found = Reference(desk.config)
    with desk.sessions() as tx:
        offers = {offer.contact_id: offer for offer in queries.live_offers(tx)}
        entries: Iterable[QueueEntry] = tx.scalars(select(QueueEntry).order_by(QueueEntry.seq))
        for e in entries:
            stay = Stay(e.priority, e.language, e.entered_at, e.seq, e.version, e.state, queue=e.queue, left=e.left_at)
            stay.only, stay.need = e.only_id is not None, e.need
            if e.priority != "danger":
                stay.first, stay.until = e.preferred_id, e.preferred_until
            stay.apart = {UUID(key): (moment(held[0]), moment(held[1])) for key, held in e.apart.items()}
            if offer := offers.get(e.contact_id):
                stay.offer, stay.seat = e.contact_id, offer.counselor_id
                stay.deadline = offer.deadline if offer.state == "pending" else None
            (found.callers if e.state in LIVE else found.gone)[e.contact_id] = stay
        for seat in queries.seats(tx):
            found_by = groups(seat.languages, seat.skills, desk.config)
            chair = Chair(found_by, seat.idle_since, None, seat.activity, seat.next_activity, seat.state)
            chair.contact, chair.wrap_until = seat.contact_id, seat.wrap_until
            chair.softphone, chair.unanswered, chair.asked_from = seat.softphone, seat.unanswered, seat.asked_from
            found.chairs[seat.counselor_id] = chair
    read_leases(desk, found)
    return found


def read_leases(desk: Desk, into: Reference) -> None:
    for key, chair in into.chairs.items():
        lease: Any = desk.redis.zscore(desk.board._keys[5], str(key))
        chair.lease = moment(lease) if lease is not None else None
