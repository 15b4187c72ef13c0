"""What the network asks of one telephone end, whatever it is made of: a script, a SIP phone, a browser."""

import asyncio
from enum import StrEnum
from typing import Protocol

from simulator.room import Room


class Answer(StrEnum):
    """What came of ringing an end."""

    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


class Leg(Protocol):
    """One telephone end: what the network can do to it, and what comes back.

    The network calls at most one of say, play and pause at a time and may cancel it (a key was pressed, the call was
    redirected): a canceled end falls silent at once. An end that hangs up sets `gone`; after that the network calls
    nothing but `hang_up`. Every method may be called when the end is gone, and then does nothing.
    """

    address: str
    """What others see as this end's number: "+82101234567", "120", "client:alice", "sip:bob@host", "anonymous"."""

    digits: asyncio.Queue[str]
    """Keys pressed and not yet read, one character each of 0-9 * # A-D."""

    gone: asyncio.Event
    """Set, for ever, when this end hung up or was hung up."""

    async def ring(self) -> Answer:
        """Ring this end (an outbound leg) until it decides; the network cancels it when the time is up."""
        ...

    async def answer(self) -> None:
        """Answer this end's own call (an inbound leg); called once, before anything is heard."""
        ...

    async def say(self, text: str, language: str, voice: str | None) -> None:
        """Speak the text and return when it has been spoken. `language` is a BCP 47 tag such as ko-KR."""
        ...

    async def play(self, url: str) -> None:
        """Play the audio at this absolute URL and return when it has ended."""
        ...

    async def tones(self, digits: str) -> None:
        """Send keys as tones towards this end and return when they are sent; `w` is half a second of silence."""
        ...

    async def pause(self, seconds: float) -> None:
        """Be silent for so many seconds, as seconds go on this network."""
        ...

    def asked(self) -> None:
        """Take note that the prompts are over and the network now waits for keys. Real telephones do nothing."""
        ...

    async def bridge(self, room: Room | None) -> None:
        """Exchange media with this room until told otherwise; None takes the end out of its room.

        The network has already made the leg a member of the room. Ends without media may ignore it.
        """
        ...

    async def hang_up(self, reason: str) -> None:
        """End this end's call and set `gone`.

        `reason` is one of completed, busy, rejected, failed, no-answer, canceled: it chooses how an unanswered end is
        refused, and means nothing once it was answered.
        """
        ...
