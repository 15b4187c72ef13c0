"""Being in a conference: waiting for it to begin, talking, being held, hearing announcements."""

import asyncio

from simulator.call import Goto, HangUp, News, Next
from simulator.conference import Conference, Participant
from simulator.document import Verb
from simulator.failures import Failure
from simulator.perform import life, waiting
from simulator.perform.session import CONFERENCE_WAIT, Session
from simulator.settings import Target


async def attend(session: Session, noun: Verb) -> None:
    """Be in the conference a document names until that ends or the call leaves; not to be let in is a complaint."""
    conference = session.network.conference(noun.text)
    await _be_in(session, conference, _member(session, noun))


async def come_in(conference: Conference, session: Session) -> Next:
    """Be in the conference one was called into, and hang up afterwards."""
    member = conference.invited.get(session.call.sid)
    if member is not None and not conference.is_over:
        await _be_in(session, conference, member)
    return HangUp()


async def _be_in(session: Session, conference: Conference, member: Participant) -> None:
    if not conference.admits(member):
        _refuse(session, conference, member)
        return
    conference.join(member)
    session.call.conversation = conference.room
    reason = "participant_hung_up"
    try:
        await _stay(session, conference, member)
    except asyncio.CancelledError:
        redirected = session.call.interruption == "redirected"
        reason = "participant_updated_via_api" if redirected else "participant_hung_up"
        raise
    except Failure as failure:
        session.network.complain(failure, session.call)
        reason = "participant_add_failed"
    finally:
        session.call.conversation = None
        conference.leave(member, reason)
        await session.call.leg.bridge(None)


async def _stay(session: Session, conference: Conference, member: Participant) -> None:
    """Hear what there is to hear, and look again whenever something changes."""
    while not member.left.is_set():
        member.changed.clear()
        hearing = asyncio.create_task(_hear(session, conference, member))
        left = asyncio.create_task(member.left.wait())
        changed = asyncio.create_task(member.changed.wait())
        tasks = (hearing, left, changed)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                hearing.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _hear(session: Session, conference: Conference, member: Participant) -> None:
    leg = session.call.leg
    if member.announcing is not None:
        await leg.bridge(None)
        await _announced(session, conference, member, member.announcing)
    elif member.hold:
        await leg.bridge(None)
        await _listen(session, member.holding)
    elif conference.status == "init":
        await leg.bridge(None)
        await _listen(session, member.waiting)
    else:
        await leg.bridge(conference.room)
        session.call.trace.add("stage", text="in conversation")
        await member.left.wait()


async def _listen(session: Session, target: Target | None) -> None:
    beside = session.beside(CONFERENCE_WAIT)
    if target is None:
        await waiting.music(beside)
        return
    await waiting.rounds(beside, target)


async def _announced(session: Session, conference: Conference, member: Participant, target: Target) -> None:
    event, extra = "announcement-end", dict[str, str]()
    try:
        await life.follow(session.beside(CONFERENCE_WAIT), Goto(target))
    except Failure as failure:
        session.network.complain(failure, session.call)
        event, extra = "announcement-fail", {"ReasonAnnouncementFailed": failure.message}
    member.announcing = None
    conference.tell(event, member, AnnounceUrl=target.url, **extra)
    member.touch()


def _member(session: Session, noun: Verb) -> Participant:
    status = session.verb_target(noun, "statusCallback", "statusCallbackMethod")
    coach = noun.attributes.get("coach", "")
    return Participant(
        session.call,
        label=noun.attributes.get("participantLabel", ""),
        muted=noun.yes("muted"),
        coaching=bool(coach),
        call_sid_to_coach=coach,
        start_on_enter=noun.yes("startConferenceOnEnter", default=True),
        end_on_exit=noun.yes("endConferenceOnExit"),
        waiting=session.verb_target(noun, "waitUrl", "waitMethod"),
        news=News(status, tuple(noun.attributes.get("statusCallbackEvent", "").split())) if status else None,
        max_participants=noun.number("maxParticipants", 250),
    )


def _refuse(session: Session, conference: Conference, member: Participant) -> None:
    wrong = "label is taken" if member.label else "conference is full"
    conference.uninvite(member)
    failure = Failure(16025, f"Conference {conference.name} cannot be entered: the {wrong}")
    session.network.complain(failure, session.call)
