"""Choosing a system mode, and knowing in every process which one holds without asking the database on the way."""

import asyncio
import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from core import audit
from core.db import Sessions
from core.errors import Invalid, Stale
from core.staff import Actor
from ivr.modes import queries
from ivr.modes.policy import Chosen, Kind, in_force, read_kind
from ivr.modes.tables import SystemMode
from routing.hours import Calendar

log = logging.getLogger(__name__)
POLL = 0.5
"""Seconds; a mode takes effect for new calls within about twice this."""


def choose(tx: Session, chosen: Chosen, actor: Actor, *, version: int, reason: str, at: datetime) -> SystemMode:
    """Choose a mode for the calls to come; raises Stale where somebody else chose since `version` was read."""
    if chosen.until is not None and chosen.until <= at:
        raise Invalid("끝나는 시각은 지금보다 뒤여야 합니다. `until` must be later than now.", field="until")
    queries.lock_modes(tx)
    known = queries.newest(tx)
    current = known.version if known else 0
    if version != current:
        raise Stale("다른 책임상담사가 먼저 바꿨습니다. Read the mode again.", version=current)
    made = SystemMode(kind=chosen.kind, until=chosen.until, chosen_at=at, chosen_by=actor.id)
    tx.add(made)
    tx.flush()
    audit.record(tx, actor.id, "mode.choose", ("mode", made.version), at=at, reason=reason, mode=chosen.kind)
    return made


def chosen_now(tx: Session) -> Chosen | None:
    """Give what was chosen last."""
    row = queries.newest(tx)
    return Chosen(read_kind(row.kind), row.until) if row else None


class ModeWatch:
    """One process's knowledge of the system mode; with the database away, what was known last holds."""

    def __init__(self, sessions: Sessions, calendar: Calendar) -> None:
        """Know the calendar; nothing is read before `watch`."""
        self.sessions, self.calendar = sessions, calendar
        self._chosen: Chosen | None = None

    def now(self, at: datetime) -> Kind:
        """Say in which mode a call begins that comes in at this moment."""
        return in_force(self._chosen, self.calendar, at)

    async def watch(self) -> None:
        """Read again and again until canceled."""
        while True:
            await asyncio.to_thread(self.read)
            await asyncio.sleep(POLL)

    def read(self) -> None:
        """Read what was chosen last; an outage is waited out."""
        try:
            with self.sessions() as tx:
                self._chosen = chosen_now(tx)
        except SQLAlchemyError as error:
            log.warning("the system mode cannot be read, the last one holds: %s", type(error).__name__)
