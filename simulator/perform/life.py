"""A call's life: how it begins, what may interrupt it, how it ends."""

import asyncio
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from simulator.call import Call, Goto, HangUp, Inline, Next, Order, Perform, Status
from simulator.failures import Failure
from simulator.leg import Answer
from simulator.perform import verbs
from simulator.perform.session import Session
from simulator.settings import Target

if TYPE_CHECKING:
    from simulator.invitation import Invitation
    from simulator.network import Network

SORRY: Final = "We are sorry, an application error has occurred. Goodbye."
MOST_FALLBACKS: Final = 10

_REFUSALS: Final = {
    Answer.BUSY: (Status.BUSY, "486"),
    Answer.NO_ANSWER: (Status.NO_ANSWER, "487"),
    Answer.FAILED: (Status.FAILED, "404"),
}
_UNANSWERED: Final = {
    "busy": Status.BUSY,
    "rejected": Status.BUSY,
    "failed": Status.FAILED,
    "canceled": Status.CANCELED,
    "no-answer": Status.NO_ANSWER,
}


async def received(network: "Network", call: Call, voice: Target) -> None:
    """Live an inbound call through."""
    network.progress(call, "ringing")
    await _live(network, call, Goto(voice))


async def placed(network: "Network", call: Call, invitation: "Invitation") -> None:
    """Live an outbound call through: ring, and when it is answered do what was planned."""
    for status in (Status.INITIATED, Status.RINGING):
        call.status = status
        network.progress(call, status.value)
    timeout_s = max(network.settings.ring_s, network.seconds(invitation.timeout_s))
    found = await _rung(call, timeout_s, invitation.order)
    if isinstance(found, Status):
        await _finish(network, call, found, "nobody")
        return
    call.status, call.answered_at = Status.IN_PROGRESS, datetime.now(UTC)
    call.trace.add("answered")
    network.progress(call, "answered")
    if invitation.send_digits:
        await call.leg.tones(invitation.send_digits)
    limit = network.spawn(_limit(network, call, invitation.time_limit_s))
    try:
        await _live(network, call, found)
    finally:
        limit.cancel()


async def follow(session: Session, order: Order) -> HangUp | Any:
    """Perform documents, one leading to the next, until one ends or hangs up; gives what the last one came to.

    In the main thread a failure leads to the fallback URL, and without one to spoken regret; elsewhere it is raised.
    """
    step: Next | Perform = order
    fallbacks = 0
    while isinstance(step, Goto | Inline | Perform):
        on_fallback = isinstance(step, Goto) and "ErrorCode" in step.extra
        try:
            step = await _step(session, step)
        except Failure as failure:
            if not session.is_main:
                raise
            fallbacks += 1
            session.network.complain(failure, session.call)
            step = await _recover(session, failure, hopeless=on_fallback or fallbacks > MOST_FALLBACKS)
    return step


def final_fields(call: Call) -> dict[str, str]:
    """Give the fields that only the last news of a call carries."""
    if call.answered_at is None:
        return {"CallDuration": "0", **({"SipResponseCode": call.sip_code} if call.sip_code else {})}
    minutes = max(1, math.ceil(call.talked_s / 60))
    return {"CallDuration": str(call.talked_s), "Duration": str(minutes), "SipResponseCode": call.sip_code or "200"}


async def _step(session: Session, step: Goto | Inline | Perform) -> Next:
    if isinstance(step, Perform):
        return await step.act(session)
    if isinstance(step, Inline):
        session.base = None
        return await verbs.perform(session, step.document)
    return await verbs.perform(session, await session.fetch(step))


async def _recover(session: Session, failure: Failure, *, hopeless: bool) -> Next:
    fallback = session.call.line.fallback
    if fallback is not None and not hopeless:
        return Goto(fallback, {"ErrorCode": str(failure.code), "ErrorUrl": failure.url})
    await session.answer()
    await verbs.speak(session, SORRY, "en-US", None)
    return HangUp("failed")


async def _live(network: "Network", call: Call, order: Order) -> None:
    session = Session(network, call)
    step: Order = order
    try:
        while True:
            found, by = await _until_ordered(session, step)
            if isinstance(found, HangUp):
                break
            step = found
    except Exception as error:  # noqa: BLE001 - Whatever went wrong here, the call must end and say so.
        network.complain(Failure(12400, f"Internal failure: {type(error).__name__}: {error}"), call)
        found, by = HangUp("failed"), "the network"
    await _finish(network, call, _last_status(call, found, by), by, found.reason)


def _last_status(call: Call, ending: HangUp, by: str) -> Status:
    if call.status is Status.IN_PROGRESS:
        return Status.COMPLETED
    return Status.NO_ANSWER if by == "the caller" else _UNANSWERED.get(ending.reason, Status.COMPLETED)


async def _until_ordered(session: Session, step: Order) -> tuple[Order, str]:
    """Do a step until it is done, the end hangs up or an order comes; give what is next, and whose doing it is."""
    call = session.call
    work = asyncio.create_task(follow(session, step))
    ordered = asyncio.create_task(call.orders.get())
    gone = asyncio.create_task(call.leg.gone.wait())
    tasks = (work, ordered, gone)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if gone.done():
            call.interruption = "hangup"
            return HangUp(), "the caller"
        if ordered.done():
            order = ordered.result()
            call.interruption = "hangup" if isinstance(order, HangUp) else "redirected"
            return order, "the application"
        ending = work.result()
        if ending is None:
            await session.answer()
        return ending if isinstance(ending, HangUp) else HangUp(), "the application"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _rung(call: Call, timeout_s: float, order: Order) -> Order | Status:
    """Ring until answered (what is to be done then), or not (the call's last status); orders may change the plan."""
    ringing = asyncio.create_task(call.leg.ring())
    try:
        async with asyncio.timeout(timeout_s):
            while not ringing.done():
                order = await _plan_changed(call, ringing) or order
                if isinstance(order, HangUp):
                    call.sip_code = "487"
                    return Status.CANCELED
    except TimeoutError:
        call.sip_code = "487"
        return Status.NO_ANSWER
    finally:
        ringing.cancel()
        await asyncio.gather(ringing, return_exceptions=True)
    if ringing.result() is Answer.ANSWERED:
        return order
    status, call.sip_code = _REFUSALS[ringing.result()]
    return status


async def _plan_changed(call: Call, ringing: asyncio.Task[Answer]) -> Order | None:
    ordered = asyncio.create_task(call.orders.get())
    try:
        await asyncio.wait({ringing, ordered}, return_when=asyncio.FIRST_COMPLETED)
        return ordered.result() if ordered.done() else None
    finally:
        ordered.cancel()


async def _limit(network: "Network", call: Call, time_limit_s: int) -> None:
    await asyncio.sleep(time_limit_s)
    network.order(call, HangUp())


async def _finish(network: "Network", call: Call, status: Status, by: str, reason: str = "") -> None:
    call.status, call.ended_at = status, datetime.now(UTC)
    call.trace.add("ended", status=status.value, by=by)
    await call.leg.hang_up(reason or status.value)
    network.progress(call, "completed")
    call.done.set()
    await network.post.settle(call.sid)
    call.trace.close()
