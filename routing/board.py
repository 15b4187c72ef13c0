"""The queue's fast index in Redis: who waits, who is free, who is offered what; one Lua script for each transition.

Every transition is fenced: by offer id and epoch where it acts on an offer, and by the entry's version, so that what
comes late or from before a rebuild changes nothing. The database's row locks put one contact's transitions in order.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import redis.asyncio
from redis import Redis
from redis.commands.core import Script

from core.errors import Stale
from routing import scripts
from routing.config import RoutingConfig
from routing.errors import BoardGone
from routing.forecast import Line, Rates, expect
from routing.policy import millis, stale_because
from routing.records import Claim, Due, Outlook, Place, SeatNow, Sitter, Standing, moment, read_seat

Fence = tuple[UUID, UUID, int, int]
"""Which contact, by which offer, of which epoch, and the entry's new version."""
SWEEP_LIMIT = 50
PLACE_LIMIT = 200
TAKE_AGAIN = frozenset({"unknown", "lost", "changed"})
"""Answers to a heartbeat by which the seat is not, or not as it is said to be, in the index."""
RATES_KEPT = timedelta(minutes=15)
"""Rates that nobody has learned anew for this long foretell nothing any more."""


class Board:
    """One site's index. Raises Stale where a transition is refused, RedisError where Redis cannot answer."""

    def __init__(self, redis: Redis, site: str = "seoul", config: RoutingConfig | None = None) -> None:
        """Prepare the scripts; nothing is asked of Redis yet."""
        self.redis, self.site, self.config = redis, site, config or RoutingConfig()
        self._keys = scripts.keys(site)
        self._scripts: dict[str, Script] = {
            name: redis.register_script(scripts.source(name, site, self.config)) for name in scripts.names()
        }

    def _run(self, name: str, *args: object) -> list[Any]:
        answer: list[Any] = self._scripts[name](keys=self._keys[:1], args=[_text(arg) for arg in args])
        return checked(answer)

    def _seat(self, name: str, *args: object) -> SeatNow | None:
        raw = self._run(name, *args)[1]
        return read_seat(raw) if raw else None

    def enqueue(self, contact_id: UUID, place: Place) -> str:
        """Let a contact in at its place; one that is here already keeps what it has. Returns its state."""
        return str(self._run("enqueue", contact_id, orjson.dumps(place.record(contact_id)))[1], "ascii")

    def raise_to(self, contact_id: UUID, klass: str, version: int) -> None:
        """Move a contact to another class, by the time it entered."""
        self._run("raise", contact_id, version, klass)

    def claim(self, offer_id: UUID, at: datetime) -> Claim | None:
        """Take the next caller and the seat that is free longest for an offer; None where nothing fits."""
        answer = self._run("claim", millis(at), offer_id, millis(self.deadline(at)))
        if answer[0] == b"none":
            return None
        _, contact, seat, epoch, idle = (part.decode() for part in answer)
        return Claim(offer_id, UUID(contact), UUID(seat), int(epoch), moment(float(idle)))

    def deadline(self, at: datetime) -> datetime:
        """Say until when an offer made now is held out."""
        return at + timedelta(seconds=self.config.offer_seconds)

    def confirm(self, fence: Fence) -> SeatNow | None:
        """Tie a claim to the database's entry."""
        return self._seat("confirm", *fence)

    def release(self, claim: Claim) -> None:
        """Undo a claim that came to nothing; harmless when it is over already."""
        self._run("release", claim.contact_id, claim.offer_id)

    def accept(self, fence: Fence, at: datetime) -> SeatNow | None:
        """Take the caller; Stale after the deadline."""
        return self._seat("accept", *fence, millis(at))

    def reject(self, fence: Fence, at: datetime) -> SeatNow | None:
        """Pass the caller on, who keeps their place; this counselor is asked again last."""
        return self._seat("reject", *fence, millis(at), *self.apart(at))

    def time_out(self, fence: Fence, at: datetime, *, lost: bool = False) -> SeatNow | None:
        """End an offer nobody reacted to: the caller keeps their place, the seat is in time not responding."""
        limit = self.config.unanswered_limit
        return self._seat("time_out", *fence, millis(at), *self.apart(at), "lost" if lost else "", limit)

    def connect_failed(self, fence: Fence, at: datetime, seat_state: str) -> SeatNow | None:
        """Bring the caller back to their place, and the seat to `idle` or `not_responding`."""
        return self._seat("connect_failed", *fence, millis(at), *self.apart(at), seat_state)

    def apart(self, at: datetime) -> tuple[int, int]:
        """Say until when (ms) a counselor who let a caller pass is not, and rather not, offered them again."""
        pause, apart = timedelta(seconds=self.config.pause_seconds), timedelta(seconds=self.config.apart_seconds)
        return millis(at + pause), millis(at + apart)

    def abandon(self, contact_id: UUID, version: int, at: datetime) -> SeatNow | None:
        """Take a contact out; a counselor who was about to talk to them is free, since as long as before."""
        return self._seat("abandon", contact_id, version, millis(at))

    def connected(self, fence: Fence) -> SeatNow | None:
        """Mark that the two talk."""
        return self._seat("connected", *fence)

    def hold(self, fence: Fence, *, on: bool) -> SeatNow | None:
        """Mark that the conversation is held, or goes on."""
        return self._seat("hold", *fence, "on_hold" if on else "on_contact")

    def finish(self, fence: Fence, at: datetime) -> SeatNow | None:
        """End a conversation: the seat is wrapping up."""
        return self._seat("finish", *fence, millis(at), millis(self.wrap_until(at)))

    def wrap_until(self, at: datetime) -> datetime:
        """Say until when a wrap-up that begins now may last."""
        return at + timedelta(seconds=self.config.wrap_up_seconds)

    def extend(self, counselor_id: UUID, until: datetime) -> SeatNow | None:
        """Let a wrap-up last until then; Stale where there is none."""
        return self._seat("extend", counselor_id, millis(until))

    def wrap_up(
        self, counselor_id: UUID, at: datetime, *, recover_until: datetime | None = None, then: str = "",
        asked_from: datetime | None = None,
    ) -> SeatNow | None:  # fmt: skip
        """End a wrap-up or a pause; `then` is the activity unless one was chosen. Stale where there is neither."""
        more = (_moment(recover_until), then, _moment(asked_from))
        return self._seat("wrap_up", counselor_id, millis(at), *more)

    def seat(
        self, counselor_id: UUID, at: datetime, *, activity: str = "", groups: Iterable[str] = (), alive: bool = True,
        sitter: Sitter | None = None,
    ) -> SeatNow:  # fmt: skip
        """Take a seat, or change what it is; `alive` where the counselor's own desk says so, which renews the lease."""
        who = sitter or Sitter()
        said = (activity, ",".join(groups), _told(who.softphone), _moment(who.asked_from))
        return read_seat(self._run("seat", counselor_id, millis(at), self._lease(at, alive), *said)[1])

    def _lease(self, at: datetime, alive: bool) -> int | str:  # noqa: FBT001 - private, and named where it is called
        return millis(at + timedelta(seconds=self.config.lease_seconds)) if alive else ""

    def heartbeat(self, counselor_id: UUID, at: datetime, softphone: bool | None = None) -> str:  # noqa: FBT001
        """Renew a seat's lease and give its state; after one of TAKE_AGAIN the seat must be taken again."""
        answer = self._run("heartbeat", counselor_id, self._lease(at, True), _told(softphone))
        return str(answer[1], "ascii")

    def lose(self, counselor_id: UUID, at: datetime) -> SeatNow | None:
        """Mark a seat whose lease is over as lost; Stale where it was renewed."""
        return self._seat("lost", counselor_id, millis(at))

    def due(self, at: datetime) -> Due:
        """List what has come due, at most 50 of each kind."""
        _, offers, wraps, leases, holds, waiting, since = self._run("sweep", millis(at), SWEEP_LIMIT)
        nobody_since = moment(float(since)) if since else None
        return Due(_ids(offers), _ids(wraps), _ids(leases), _ids(holds), int(waiting), nobody_since)

    def epoch(self) -> int | None:
        """Give the epoch, None where the index was lost."""
        raw = self.redis.get(self._keys[0])
        return int(str(raw, "ascii")) if isinstance(raw, bytes) else None

    def clear(self) -> None:
        """Forget everything; every transition is refused with BoardGone until `open`."""
        self._run("rebuild")

    def open(self, epoch: int) -> None:
        """Let a rebuilt index count."""
        self._run("open", epoch)

    def place(
        self, contacts: Mapping[UUID, Place | None], seats: Mapping[UUID, SeatNow], leased_at: datetime | None = None
    ) -> None:
        """Put contacts (None: out) and seats as they really are; with `leased_at` the seats get a fresh lease."""
        people = [(str(key), value.record(key) if value else False) for key, value in contacts.items()]
        desks = [(str(key), value.record()) for key, value in seats.items()]
        lease = self._lease(leased_at, True) if leased_at else None
        for n in range(0, max(len(people), len(desks)), PLACE_LIMIT):
            some = dict(desks[n : n + PLACE_LIMIT])
            leases = {key: lease for key, desk in some.items() if lease and desk["state"] != "lost"}
            self._run("place", *(orjson.dumps(part) for part in (dict(people[n : n + PLACE_LIMIT]), some, leases)))

    def seat_now(self, counselor_id: UUID) -> SeatNow | None:
        """Give one seat as it stands; None where the index does not know it."""
        raw: Any = self.redis.hget(self._keys[2], str(counselor_id))
        return read_seat(raw) if raw else None

    def contact(self, contact_id: UUID) -> dict[str, Any] | None:
        """Give one contact's record as it stands."""
        raw: Any = self.redis.hget(self._keys[1], str(contact_id))
        record: dict[str, Any] | None = orjson.loads(raw) if raw else None
        return record

    def contacts(self) -> dict[UUID, dict[str, Any]]:
        """Give every contact's record as it stands."""
        return self._all(1)

    def seats(self) -> dict[UUID, SeatNow]:
        """Give every seat as it stands."""
        return {key: read_seat(orjson.dumps(record)) for key, record in self._all(2).items()}

    def _all(self, index: int) -> dict[UUID, dict[str, Any]]:
        raw: Any = self.redis.hgetall(self._keys[index])
        return {UUID(key.decode()): orjson.loads(value) for key, value in raw.items()}

    def outlook(self, contact_id: UUID, at: datetime) -> Outlook:
        """Say what a waiting contact may be told."""
        keys = [self._keys[0], scripts.rates_key(self.site)]
        return _outlook(checked(self._scripts["outlook"](keys=keys, args=[str(contact_id), millis(at)])), at)

    def keep_rates(self, rates: Rates | None) -> None:
        """Let forecasts go by these rates from now on; None lets nothing be foretold."""
        key = scripts.rates_key(self.site)
        if rates is None:
            self.redis.delete(key)
        else:
            self.redis.set(key, orjson.dumps(asdict(rates)), ex=RATES_KEPT)


async def heartbeat(
    index: redis.asyncio.Redis,
    board: Board,
    counselor_id: UUID,
    at: datetime,
    softphone: bool | None = None,  # noqa: FBT001
) -> str:
    """Do what `Board.heartbeat` does, on an asynchronous connection."""
    script = index.register_script(scripts.source("heartbeat", board.site, board.config))
    lease = millis(at + timedelta(seconds=board.config.lease_seconds))
    args: list[str | int] = [str(counselor_id), lease, _told(softphone)]
    return str(checked(await script(keys=scripts.keys(board.site)[:1], args=args))[1], "ascii")


async def outlook(
    index: redis.asyncio.Redis, site: str, contact_id: UUID, at: datetime, config: RoutingConfig | None = None
) -> Outlook:
    """Say what a waiting contact may be told, on an asynchronous connection; raises as the Board."""
    numbers = config or RoutingConfig()
    script = index.register_script(scripts.source("outlook", site, numbers))
    keys = [scripts.keys(site)[0], scripts.rates_key(site)]
    return _outlook(checked(await script(keys=keys, args=[str(contact_id), millis(at)])), at)


def _outlook(answer: list[Any], at: datetime) -> Outlook:
    state, place = str(answer[1], "ascii"), int(answer[2]) or None
    if state != "waiting":
        return Outlook(state or None, place)
    since, asked, head, ahead, seats, free, rates, klass, *counts = answer[3:]
    waited, head_waited = (max(0, millis(at) - int(float(moment))) / 1000 for moment in (since, head))
    # Whoever is the head themselves learns nothing from how long the head has waited.
    head_waited_s = head_waited if head_waited > waited else None
    line = Line(str(asked, "ascii"), waited, orjson.loads(ahead), head_waited_s, orjson.loads(seats), free)
    found = expect(line, Rates(**orjson.loads(rates)) if rates else None)
    known = Outlook(state, place, waited=round(waited), standing=Standing(str(klass, "ascii"), *map(int, counts)))
    if found is None:
        return known
    return replace(known, seconds=round(found.seconds), within=round(found.within), seats=found.seats)


def checked(answer: list[Any]) -> list[Any]:
    """Give a script's answer; raises BoardGone or Stale where that is what it says."""
    if answer[0] == b"gone":
        raise BoardGone("The queue's index was lost and is being rebuilt.")
    if answer[0] == b"stale":
        why = str(answer[1], "ascii")
        raise Stale(stale_because(why), reason=why)
    return answer


def _ids(found: list[bytes]) -> tuple[UUID, ...]:
    return tuple(UUID(each.decode()) for each in found)


def _moment(moment: datetime | None) -> int | str:
    return "" if moment is None else millis(moment)


def _told(softphone: bool | None) -> str:  # noqa: FBT001 - what the desk says, or nothing
    return {None: "", True: "1", False: "0"}[softphone]


def _text(arg: object) -> Any:
    return arg if isinstance(arg, (bytes, int)) else str(arg)
