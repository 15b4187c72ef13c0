"""A helpline whose call-backs a test moves by hand: no relay, every message delivered when the test says so."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, text

import routing.service as queue
from app.handlers import handlers
from core import delivery
from core.outbox import OPEN, OutboxMessage
from ivr.callbacks.tables import Callback, CallbackAttempt
from tests.house import House, form, open_house

NUMBER = "+821012345678"


@dataclass
class Office:
    """The house, and a clock of its own."""

    house: House
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    calls: int = 0

    def webhook(self, path: str, **more: str) -> httpx.Response:
        reply = self.house.webhook(path, form(**more))
        assert reply.status_code == 200, reply.text
        return reply

    def arrives(self, number: str = NUMBER, *keys: str) -> str:
        """Let somebody call and press keys, as the provider tells it; gives the call's SID."""
        call = self.comes_in(number, *keys)
        self.settle()
        return call

    def comes_in(self, number: str, *keys: str) -> str:
        """Let somebody call and press keys, and leave what follows undelivered."""
        self.calls += 1
        call = f"CA{self.calls:032x}"
        reply = self.webhook("/ivr/voice", call=call, caller=number, CallStatus="ringing")
        for key in keys:
            reply = self.webhook(_action(reply.text), call=call, caller=number, Digits=key)
        return call

    def hangs_up(self, call: str) -> None:
        """Tell that a call is over."""
        self.webhook("/ivr/status", call=call, CallStatus="completed", SequenceNumber="1", SipResponseCode="200")
        self.settle()

    def promised(self, number: str = NUMBER) -> Callback:
        """Let somebody ask for a call-back, and stand in the line for it."""
        call = self.arrives(number, "5", "1")
        self.hangs_up(call)
        found = self.callbacks()[-1]
        assert found.state == "queued"
        return found

    def settle(self) -> None:
        """Deliver every message that is due by the office's clock, and what comes of it, but none to the provider."""
        while self._deliver_due():
            pass

    def _deliver_due(self) -> bool:
        self.at = max(self.at, datetime.now(UTC))
        world = self.house.world
        with world.sessions() as tx:
            due = (OutboxMessage.state.in_(OPEN), OutboxMessage.due <= self.at)
            waiting = tx.scalars(select(OutboxMessage).where(*due).order_by(OutboxMessage.due)).all()
        mine = [m for m in waiting if m.kind not in {"OfferAccepted", "PersonToCall", "HangUpAsked", "CallerMoved"}]
        for message in mine:
            delivery.deliver(world.sessions, handlers(world), message.id, lambda: self.at)
        return bool(mine) and any(m.attempts == 0 for m in mine)

    def later(self, passed: timedelta) -> None:
        self.at += passed
        self.settle()

    def callbacks(self) -> list[Callback]:
        with self.house.world.sessions() as tx:
            return list(tx.scalars(select(Callback).order_by(Callback.requested_at)))

    def attempts(self) -> list[CallbackAttempt]:
        with self.house.world.sessions() as tx:
            return list(tx.scalars(select(CallbackAttempt).order_by(CallbackAttempt.asked_at)))

    def messages(self, kind: str) -> int:
        with self.house.world.sessions() as tx:
            return tx.scalar(text("select count(*) from outbox_message where kind = :kind"), {"kind": kind}) or 0

    def entry(self, contact_id: UUID | None) -> Any:
        assert contact_id is not None
        with self.house.world.sessions() as tx:
            return queue.entry(tx, contact_id)


def _action(twiml: str) -> str:
    found: str = twiml.partition('action="')[2].partition('"')[0]
    return found.replace("&amp;", "&")


@pytest.fixture
def office(clean_database: str, clean_redis: str, tmp_path: Path) -> Iterator[Office]:
    with open_house(clean_database, clean_redis, tmp_path, relay=False) as house:
        yield Office(house)
