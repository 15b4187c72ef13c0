"""Conferences: who is in them, what they hear, and the news they send."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from simulator.call import Call, News, rfc2822
from simulator.room import Room
from simulator.settings import Target

Announce = Callable[[News, dict[str, str], Call | None], None]
"""Sends one piece of news of a conference."""

EVENT_GROUPS: Final = {
    "conference-start": "start",
    "conference-end": "end",
    "participant-join": "join",
    "participant-leave": "leave",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
    "participant-modify": "modify",
    "announcement-end": "announcement",
    "announcement-fail": "announcement",
}


@dataclass(slots=True, eq=False)
class Participant:
    """One call's stay in a conference."""

    call: Call
    label: str = ""
    muted: bool = False
    hold: bool = False
    coaching: bool = False
    call_sid_to_coach: str = ""
    start_on_enter: bool = True
    end_on_exit: bool = False
    waiting: Target | None = None
    holding: Target | None = None
    announcing: Target | None = None
    connected: bool = False
    news: News | None = None
    max_participants: int = 250
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)

    def touch(self) -> None:
        """Say that something about this stay changed, so that what the call hears is looked at again."""
        self.updated_at = datetime.now(UTC)
        self.changed.set()

    def fields(self) -> dict[str, str]:
        """Give the fields a participant's news carries."""
        return {
            "CallSid": self.call.sid,
            "Muted": _word(self.muted),
            "Hold": _word(self.hold),
            "Coaching": _word(self.coaching),
            "EndConferenceOnExit": _word(self.end_on_exit),
            "StartConferenceOnEnter": _word(self.start_on_enter),
            **({"CallSidToCoach": self.call_sid_to_coach} if self.call_sid_to_coach else {}),
            **({"ParticipantLabel": self.label} if self.label else {}),
        }


@dataclass(slots=True, eq=False)
class Conference:
    """A room of calls under one name. `invited` are calls still on their way in."""

    sid: str
    account_sid: str
    name: str
    announce: Announce
    status: str = "init"
    participants: dict[str, Participant] = field(default_factory=dict)
    invited: dict[str, Participant] = field(default_factory=dict)
    news: News | None = None
    opened: bool = False
    """Somebody has joined; from then on the news goes where that first one wanted it, or nowhere."""
    sequence: int = 0
    reason: str | None = None
    ended_by: str | None = None
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    room: Room = field(default_factory=lambda: Room("conference"))

    @property
    def is_over(self) -> bool:
        """Say whether the conference has ended."""
        return self.status == "completed"

    def find(self, call_sid_or_label: str) -> Participant | None:
        """Find somebody in the conference, or on the way in, by call or by label."""
        everybody = {**self.invited, **self.participants}
        by_label = (member for member in everybody.values() if member.label == call_sid_or_label)
        return everybody.get(call_sid_or_label) or next(by_label, None)

    def admits(self, member: Participant) -> bool:
        """Say whether there is room, and the label (if any) is nobody else's."""
        others = [other for sid, other in self.participants.items() if sid != member.call.sid]
        taken = bool(member.label) and any(other.label == member.label for other in others)
        return not taken and len(others) < member.max_participants

    def join(self, member: Participant) -> None:
        """Take a call in; the first one's news settings count, and the second may start the conference."""
        self.invited.pop(member.call.sid, None)
        self.participants[member.call.sid] = member
        if not self.opened:
            self.opened, self.news = True, member.news
        member.connected = True
        self.room.join(member.call.leg)
        self._arrange(member)
        member.call.participant = member
        member.call.trace.add("stage", text=f"joins the conference {self.name}")
        self.tell("participant-join", member)
        starters = any(other.start_on_enter for other in self.participants.values())
        if self.status == "init" and starters and len(self.participants) > 1:
            self._start()
        member.touch()

    def leave(self, member: Participant, reason: str, *, kicked: bool = False) -> None:
        """Let a call out, for a reason in the provider's words; the last one, or an ending one, ends the conference."""
        if self.participants.pop(member.call.sid, None) is None:
            return
        self.room.leave(member.call.leg)
        member.call.participant = None
        member.left.set()
        member.call.trace.add("stage", text=f"leaves the conference {self.name}")
        status = "completed" if reason == "participant_hung_up" else member.call.status.value
        self.tell("participant-leave", member, ReasonParticipantLeft=reason, ParticipantCallStatus=status)
        verb = "kicked" if kicked else "left"
        if member.end_on_exit:
            self.end(f"participant-with-end-conference-on-exit-{verb}", member, "moderator_ended_conference")
        elif not self.participants and not self.invited:
            self.end(f"last-participant-{verb}", member)

    def uninvite(self, member: Participant) -> None:
        """Give up a call that never got in."""
        if self.invited.pop(member.call.sid, None) is None:
            return
        if not self.opened:
            self.news = member.news
        reason, status = "participant_add_failed", member.call.status.value
        self.tell("participant-leave", member, ReasonParticipantLeft=reason, ParticipantCallStatus=status)
        if not self.participants and not self.invited:
            self.end("last-participant-left", member)

    def end(self, why: str, by: Participant | None = None, left: str = "conference_ended_via_api") -> None:
        """End the conference: everybody leaves, then the news goes out."""
        if self.is_over:
            return
        self.status, self.reason = "completed", why
        self.ended_by = by.call.sid if by else None
        self.updated_at = datetime.now(UTC)
        for member in list(self.participants.values()):
            self.leave(member, left)
        ending = {"CallSidEndingConference": by.call.sid} if by else {}
        if by and by.label:
            ending["ParticipantLabelEndingConference"] = by.label
        self.tell("conference-end", None, Reason=why, ReasonConferenceEnded=why, **ending)

    def change(self, member: Participant, *, muted: bool | None = None, hold: bool | None = None) -> None:
        """Mute or hold somebody, or no longer; what is already so sends no news."""
        if muted is not None and muted != member.muted:
            member.muted = muted
            self.tell("participant-mute" if muted else "participant-unmute", member)
        if hold is not None and hold != member.hold:
            member.hold = hold
            self.tell("participant-hold" if hold else "participant-unhold", member)
        self._arrange(member)
        member.touch()

    def tell(self, event: str, member: Participant | None, **extra: str) -> None:
        """Send a piece of news, if this conference sends that kind."""
        self.sequence += 1
        if self.news is None or EVENT_GROUPS[event] not in self.news.events:
            return
        fields = {
            "AccountSid": self.account_sid,
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "SequenceNumber": str(self.sequence),
            "StatusCallbackEvent": event,
            "Timestamp": rfc2822(datetime.now(UTC)),
            **(member.fields() if member else {}),
            **extra,
        }
        self.announce(self.news, fields, member.call if member else None)

    def _start(self) -> None:
        self.status, self.updated_at = "in-progress", datetime.now(UTC)
        self.tell("conference-start", None)
        for member in self.participants.values():
            member.touch()

    def _arrange(self, member: Participant) -> None:
        leg, coached = member.call.leg, self.find(member.call_sid_to_coach) if member.coaching else None
        self.room.mute(leg, muted=member.muted or member.hold)
        self.room.coach(leg, coached.call.leg if coached else None)


def _word(yes: bool) -> str:  # noqa: FBT001 - It is the whole argument.
    return "true" if yes else "false"
