"""What a call hears while it waits: a document, again and again."""

import asyncio
from typing import Final

from simulator.call import Goto, HangUp, LeaveQueue
from simulator.perform import life
from simulator.perform.session import Session
from simulator.settings import Target

MUSIC: Final = "music:hold"
"""What a waiting call hears where no document says otherwise; a leg may play any music for it."""


async def rounds(session: Session, target: Target) -> HangUp | LeaveQueue:
    """Perform a waiting document for ever; give how it ended if it did, raise Failure when it broke."""
    while True:
        ending = await life.follow(session, Goto(target))
        if ending is not None:
            return ending


async def music(session: Session) -> HangUp | LeaveQueue:
    """Play music for ever."""
    while True:
        await session.call.leg.play(MUSIC)
        await asyncio.sleep(session.network.settings.lap_s)
