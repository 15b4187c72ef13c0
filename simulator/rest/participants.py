"""The Participants resource: calling somebody into a conference, muting, holding, coaching and removing them."""

from functools import partial
from typing import Any, Final

from simulator.call import Call, HangUp, News, Perform, Status, rfc2822
from simulator.conference import Conference, Participant
from simulator.ids import SID
from simulator.invitation import Invitation
from simulator.network import Network
from simulator.perform import meet
from simulator.rest import conferences
from simulator.rest.asked import Answer, Asked
from simulator.rest.errors import bad

CREATE: Final = frozenset(
    {
        "From",
        "To",
        "Label",
        "EarlyMedia",
        "EndConferenceOnExit",
        "StartConferenceOnEnter",
        "Muted",
        "Beep",
        "Coaching",
        "CallSidToCoach",
        "CallerId",
        "StatusCallback",
        "StatusCallbackMethod",
        "StatusCallbackEvent",
        "ConferenceStatusCallback",
        "ConferenceStatusCallbackMethod",
        "ConferenceStatusCallbackEvent",
        "Timeout",
        "TimeLimit",
        "WaitUrl",
        "WaitMethod",
        "MaxParticipants",
        "CallToken",
    }
)
UPDATE: Final = frozenset(
    {
        "Muted",
        "Hold",
        "HoldUrl",
        "HoldMethod",
        "AnnounceUrl",
        "AnnounceMethod",
        "WaitUrl",
        "WaitMethod",
        "BeepOnExit",
        "EndConferenceOnExit",
        "Coaching",
        "CallSidToCoach",
    }
)
CONFERENCE_EVENTS: Final = frozenset({"start", "end", "join", "leave", "mute", "hold", "modify", "announcement"})
LONGEST_LABEL: Final = 128

_STATUS: Final = {
    Status.QUEUED: "queued",
    Status.INITIATED: "connecting",
    Status.RINGING: "ringing",
    Status.IN_PROGRESS: "connected",
    Status.COMPLETED: "complete",
}


async def create(asked: Asked) -> Answer:
    """Call somebody into a conference, given by SID or by name; a name opens the conference."""
    asked.allow(CREATE)
    if not asked.text("To") or not asked.text("From"):
        raise bad("Both 'To' and 'From' are required", 21201)
    conference = _room(asked)
    wanted = _wishes(asked, conference)
    invitation = Invitation(
        asked.text("CallerId") or asked.text("From"),
        asked.text("To"),
        Perform(partial(meet.come_in, conference)),
        timeout_s=asked.number("Timeout", 60, 5, 600),
        news=asked.news("StatusCallback"),
        time_limit_s=asked.number("TimeLimit", 14400, 1, 86400),
    )
    call = asked.network.invite(invitation)
    member = Participant(call, **wanted)
    conference.invited[call.sid] = member
    asked.network.spawn(_given_up(conference, member))
    return 201, shape(conference, member)


async def fetch(asked: Asked) -> Answer:
    """Look at one participant."""
    conference, member = _member(asked)
    return 200, shape(conference, member)


async def browse(asked: Asked) -> Answer:
    """List who is in a conference or on the way in."""
    asked.allow({"Muted", "Hold", "Coaching", "PageSize", "Page", "PageToken"})
    conference = _conference(asked)
    members = [*conference.participants.values(), *conference.invited.values()]
    wanted = {"muted": asked.yes("Muted"), "hold": asked.yes("Hold"), "coaching": asked.yes("Coaching")}
    found = [
        shape(conference, member)
        for member in members
        if all(value is None or getattr(member, name) == value for name, value in wanted.items())
    ]
    return asked.page("participants", found)


async def update(asked: Asked) -> Answer:
    """Mute, hold, coach or announce."""
    asked.allow(UPDATE)
    conference, member = _member(asked)
    muted, hold, coaching = asked.yes("Muted"), asked.yes("Hold"), asked.yes("Coaching")
    member.holding = asked.target("HoldUrl", "HoldMethod", "GET") if hold else member.holding
    member.waiting = asked.target("WaitUrl", "WaitMethod") or member.waiting
    member.announcing = asked.target("AnnounceUrl", "AnnounceMethod")
    ends, target = asked.yes("EndConferenceOnExit"), asked.text("CallSidToCoach")
    if coaching and (conference.find(target) is None):
        raise bad("CallSidToCoach is not in this conference", 13240)
    if coaching is not None:
        member.coaching, member.call_sid_to_coach = coaching, target if coaching else ""
    if ends is not None:
        member.end_on_exit = ends
    conference.change(member, muted=muted, hold=hold)
    if coaching is not None or ends is not None:
        conference.tell("participant-modify", member)
    return 200, shape(conference, member)


async def delete(asked: Asked) -> Answer:
    """Remove somebody from a conference; a call that was called into it ends."""
    conference, member = _member(asked)
    if member.connected:
        conference.leave(member, "participant_updated_via_api", kicked=True)
    else:
        conference.uninvite(member)
        _cancel(asked.network, member.call)
    return 204, None


def shape(conference: Conference, member: Participant) -> dict[str, Any]:
    """Say a participant as the provider does."""
    account, sid = conference.account_sid, member.call.sid
    return {
        "account_sid": account,
        "call_sid": sid,
        "conference_sid": conference.sid,
        "label": member.label or None,
        "muted": member.muted,
        "hold": member.hold,
        "coaching": member.coaching,
        "call_sid_to_coach": member.call_sid_to_coach or None,
        "start_conference_on_enter": member.start_on_enter,
        "end_conference_on_exit": member.end_on_exit,
        "status": _STATUS.get(member.call.status, "failed"),
        "queue_time": "0",
        "date_created": rfc2822(member.created_at),
        "date_updated": rfc2822(member.updated_at),
        "uri": f"/2010-04-01/Accounts/{account}/Conferences/{conference.sid}/Participants/{sid}.json",
    }


def _room(asked: Asked) -> Conference:
    name = asked.names["conference"]
    if not (name.startswith("CF") and SID.fullmatch(name)):
        return asked.network.conference(name)
    return _conference(asked)


def _conference(asked: Asked) -> Conference:
    conference = conferences.find(asked, asked.names["conference"])
    if conference.is_over:
        raise asked.missing()
    return conference


def _member(asked: Asked) -> tuple[Conference, Participant]:
    conference = _conference(asked)
    member = conference.find(asked.names["call"])
    if member is None:
        raise asked.missing()
    return conference, member


def _wishes(asked: Asked, conference: Conference) -> dict[str, Any]:
    label, coached = asked.text("Label"), asked.text("CallSidToCoach")
    if len(label) > LONGEST_LABEL:
        raise bad(f"Label must be at most {LONGEST_LABEL} characters", 16025)
    if label and conference.find(label):
        raise bad("A participant with this label is already in the conference", 16025)
    if coached and conference.find(coached) is None:
        raise bad("CallSidToCoach is not in this conference", 13240)
    return {
        "label": label,
        "muted": bool(asked.yes("Muted")),
        "coaching": bool(asked.yes("Coaching")),
        "call_sid_to_coach": coached,
        "start_on_enter": asked.yes("StartConferenceOnEnter") is not False,
        "end_on_exit": bool(asked.yes("EndConferenceOnExit")),
        "waiting": asked.target("WaitUrl", "WaitMethod"),
        "max_participants": asked.number("MaxParticipants", 250, 2, 250),
        "news": _conference_news(asked),
    }


def _conference_news(asked: Asked) -> News | None:
    name = "ConferenceStatusCallback"
    target = asked.target(name, f"{name}Method")
    events = tuple(word for given in asked.fields.get(f"{name}Event", ()) for word in given.split())
    if not set(events) <= CONFERENCE_EVENTS:
        raise bad(f"Conference events are {', '.join(sorted(CONFERENCE_EVENTS))}, not {' '.join(events)}")
    return News(target, events) if target else None


async def _given_up(conference: Conference, member: Participant) -> None:
    await member.call.done.wait()
    conference.uninvite(member)


def _cancel(network: Network, call: Call) -> None:
    if not call.is_over:
        network.order(call, HangUp("canceled"))
