"""What is told of transfers, and of supervisors in a call."""

from dataclasses import dataclass
from uuid import UUID

from ivr.messages import OnTheLine


@dataclass(frozen=True, slots=True)
class DeskAsked(OnTheLine):
    """An outside desk is to be rung into a call."""

    transfer_id: UUID


@dataclass(frozen=True, slots=True)
class TransferDue(OnTheLine):
    """A transfer should have come further than `state` by now; one that has is asked after at the provider."""

    transfer_id: UUID
    state: str


@dataclass(frozen=True, slots=True)
class LineHanded(OnTheLine):
    """A conversation belongs to another leg of its room: that one stays, the other is let go."""

    room: str
    leaving: str
    staying: str


@dataclass(frozen=True, slots=True)
class CallerHanded(OnTheLine):
    """A caller is to be sent on without an introduction, and the counselor let go."""

    transfer_id: UUID


@dataclass(frozen=True, slots=True)
class WatchAsked(OnTheLine):
    """A supervisor is to be rung into a call."""

    watch_id: UUID


@dataclass(frozen=True, slots=True)
class WatchChanged(OnTheLine):
    """A supervisor in a call listens, whispers or speaks from now on, or whispers to somebody else."""

    watch_id: UUID


@dataclass(frozen=True, slots=True)
class WatchJoined(OnTheLine):
    """A supervisor is in a call: whoever talks there is to know."""

    watch_id: UUID
