"""What is done to the index and to the model at once, each step of which both must see alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis.stateful import RuleBasedStateMachine
from redis import Redis

from core.errors import Stale
from core.ids import named_id
from routing.board import Board, Fence
from tests.routing.model import NUMBERS as CONFIG
from tests.routing.model import SEATS, Caller, Model


class Acts(RuleBasedStateMachine):
    """An index with a model of it, and the seats of both."""

    def __init__(self, redis: Redis) -> None:
        super().__init__()
        redis.flushdb()
        self.redis, self.board, self.model = redis, Board(redis, "machine", CONFIG), Model(CONFIG)
        self.at, self.epoch, self.number = datetime(2026, 11, 24, tzinfo=UTC), 1, 0
        self.offers: list[tuple[UUID, UUID, int]] = []
        self.board.clear()
        self.board.open(1)
        for pick in range(len(SEATS)):
            self.sit(pick, "available")

    def stranger(self, pick: int) -> tuple[Fence, Caller | None]:
        """Take an offer, live or long over; with it the caller, if it is theirs still and of this epoch."""
        live = [made for made in self.offers if made[0] in self.model.callers]
        made = live if live and pick % 4 else self.offers
        contact, offer, epoch = made[pick % len(made)]
        caller = self.model.callers.get(contact)
        fence = (contact, offer, epoch, caller.version + 1 if caller else 99)
        return fence, caller if caller and caller.offer == offer and epoch == self.epoch else None

    def act(self, fence: Fence, ask: Callable[[Fence], object], *, fits: bool) -> bool:
        """Do it if it fits, else see it refused; and see it refused with a version that is not new."""
        if fits:
            with pytest.raises(Stale):
                ask((*fence[:3], fence[3] - 1))
            ask(fence)
        else:
            with pytest.raises(Stale):
                ask(fence)
        return fits

    def sit(self, pick: int, activity: str) -> None:
        seat, groups = sorted(SEATS.items())[pick % len(SEATS)]
        self.board.seat(seat, self.at, activity=activity, groups=groups)
        self.model.sit(seat, groups, activity, self.at)

    def matches_now(self) -> None:
        offer = named_id("offer", self.number, len(self.offers))
        expected, claim = self.model.next_pair(self.at), self.board.claim(offer, self.at)
        assert (None if claim is None else (claim.contact_id, claim.counselor_id)) == expected
        if claim is None or expected is None:
            return
        assert (claim.epoch, claim.idle_since) == (self.epoch, self.model.chairs[expected[1]].idle_since)
        self.model.offer(*expected, offer, self.at)
        self.offers.append((claim.contact_id, offer, self.epoch))
        self.board.confirm((claim.contact_id, offer, self.epoch, self.model.callers[claim.contact_id].version))

    def step(self, pick: int) -> None:
        """Do what comes next for one of those who are held out or talked to: nearly all of life is this."""
        held = [(key, caller) for key, caller in self.model.callers.items() if caller.offer]
        if not held:
            self.matches_now()
            return
        key, caller = held[pick % len(held)]
        assert caller.offer is not None
        fence = (key, caller.offer, self.epoch, caller.version + 1)
        if caller.state == "connecting":
            self.board.connected(fence)
            self.model.move(key, "connected", "on_contact")
        elif caller.state == "connected" and pick % 3 == 0:
            self.board.finish(fence, self.at)
            self.model.finish(key, self.at)
        elif caller.state == "offered" and caller.held_at(self.at):
            self.board.accept(fence, self.at)
            self.model.move(key, "connecting", "connecting")

    def time_out(self, key: UUID, *, lost: bool) -> None:
        caller = self.model.callers[key]
        assert caller.offer is not None
        fence = (key, caller.offer, self.epoch, caller.version + 1)
        self.board.time_out(fence, self.at, lost=lost)
        self.model.time_out(key, self.at, lost=lost)
