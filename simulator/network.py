"""The network itself: its calls, queues, conferences and numbers, and how they reach the product."""

import asyncio
import logging
from collections import deque
from collections.abc import Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from simulator.call import Call, HangUp, News, Order, Status, rfc2822
from simulator.conference import Conference
from simulator.directory import Directory
from simulator.failures import Complaint, Failure, complaint
from simulator.faults import Faults
from simulator.ids import Ids
from simulator.invitation import Invitation
from simulator.leg import Leg
from simulator.perform import life
from simulator.phone import PhoneCall
from simulator.post import Post
from simulator.queues import Queue
from simulator.recordings import Recording
from simulator.settings import Line, Settings, Target
from simulator.trace import Trace
from simulator.virtual import Policy, VirtualLeg
from simulator.webhook import Webhooks

log = logging.getLogger(__name__)


class UnknownNumberError(Exception):
    """Nobody is at this number."""


class Network:
    """One provider account in miniature. Make it inside a running event loop, and `close` it there."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ids = Ids(settings.seed)
        self.faults = Faults(seed=settings.seed)
        self.webhooks = Webhooks(settings.account, settings.limits, self.faults)
        self.calls: dict[str, Call] = {}
        self.phones: dict[str, PhoneCall] = {}
        self.conferences: dict[str, Conference] = {}
        self._open: dict[str, Conference] = {}
        self.queues: dict[str, Queue] = {}
        self.recordings: dict[str, Recording] = {}
        self.complaints: deque[Complaint] = deque(maxlen=1000)
        self.lines: dict[str, Line] = dict(settings.numbers)
        self.line_sids: dict[str, str] = {number: self.ids.new("PN") for number in settings.numbers}
        self.began_at = datetime.now(UTC)
        self.directory = Directory(settings.speed)
        self.post = Post(self.webhooks, self.spawn, self.complain)
        self._closing = False
        self._tasks: set[asyncio.Task[Any]] = set()

    def trouble(self, faults: Faults) -> None:
        """Put other faults in force."""
        self.faults = self.webhooks.faults = faults

    # Time and tasks.

    def seconds(self, natural: float) -> float:
        """Turn natural seconds into real ones at this network's speed."""
        return natural * self.settings.speed

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something beside everything else, until the network closes."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def close(self) -> None:
        """End every call at once, without telling anybody, and let every connection go."""
        self._closing = True
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for call in self.calls.values():
            call.trace.close()
            if not call.leg.gone.is_set():
                await call.leg.hang_up("failed")
        await self.webhooks.close()

    async def settled(self) -> None:
        """Wait until every piece of news that is on its way has been delivered or given up."""
        await self.post.settle_all()

    # Calls.

    def line(self, to: str) -> Line:
        """Find what happens to calls to a number or to an application (`app:AP...`); raises UnknownNumberError."""
        found = self.settings.applications.get(to[4:]) if to.startswith("app:") else self.lines.get(to)
        if found is None:
            raise UnknownNumberError(to)
        if found.application_sid:
            return self.settings.applications.get(found.application_sid, found)
        return found

    def serves(self, number: str) -> bool:
        """Say whether calls to this number lead anywhere."""
        return number in self.lines

    async def arrive(self, leg: Leg, to: str, parameters: Mapping[str, str]) -> None:
        """Carry an inbound call to its end."""
        await self.receive(leg, to, parameters).done.wait()

    def receive(self, leg: Leg, to: str, parameters: Mapping[str, str] | None = None) -> Call:
        """Take an inbound call from a leg to one of our numbers, and begin it; the parameters go with every request."""
        line = self.line(to)
        if line.voice is None:
            raise UnknownNumberError(f"{to} has no voice URL")
        news = (News(line.status, line.status_events),) if line.status else ()
        called = "" if to.startswith("app:") else to
        call = self._call(leg, leg.address, called, "inbound", line=line, news=news, parameters=parameters or {})
        call.status = Status.RINGING
        call.trace.add("began", sid=call.sid, to=to, **{"from": leg.address})
        self.spawn(life.received(self, call, line.voice))
        return call

    def invite(self, invitation: Invitation) -> Call:
        """Call somebody, and do what the invitation says once they answer."""
        leg = self.directory.reach(invitation.to, invitation.from_)
        call = self._call(
            leg,
            invitation.from_,
            invitation.to,
            invitation.direction,
            line=invitation.line,
            news=invitation.news,
            parent_sid=invitation.parent_sid,
        )
        call.trace.add("began", sid=call.sid, to=call.to, **{"from": call.from_})
        self.spawn(life.placed(self, call, invitation))
        return call

    def dial(
        self,
        from_: str,
        to: str,
        *,
        script: Sequence[Mapping[str, Any]] = (),
        policy: Policy | None = None,
        parameters: Mapping[str, str] | None = None,
    ) -> PhoneCall:
        """Let a virtual caller dial one of our numbers; its script may also stand in the policy."""
        leg = self.directory.virtual(PhoneCall.policy(script, policy), from_)
        call = self.receive(leg, to, parameters)
        phone = PhoneCall(self, call, leg)
        self.phones[call.sid] = phone
        return phone

    def _call(self, leg: Leg, from_: str, to: str, direction: str, **more: Any) -> Call:
        names = (to, "Caller") if direction == "inbound" else (from_, to.rpartition(":")[2])
        sid, account = self.ids.new("CA"), self.settings.account.sid
        call = Call(sid, account, from_, to, direction, leg, Trace(*names), **more)
        if isinstance(leg, VirtualLeg):
            leg.spoke = partial(self._spoke, call)
        self.calls[call.sid] = call
        self._forget_old()
        return call

    def _spoke(self, call: Call, text: str) -> None:
        call.trace.add("spoke", text=text)
        who = call.leg.address.rpartition(":")[2]
        for other in self.calls.values():
            if other is not call and call.conversation is not None and other.conversation is call.conversation:
                other.trace.add("heard", who=who, text=text)

    def _forget_old(self) -> None:
        while len(self.calls) > self.settings.calls_kept:
            oldest = next(iter(self.calls))
            if not self.calls[oldest].is_over:
                return
            del self.calls[oldest]
            self.phones.pop(oldest, None)

    def order(self, call: Call, order: Order) -> None:
        """Tell a living call to drop what it does and do something else."""
        call.updated_at = datetime.now(UTC)
        kind = "is told to hang up" if isinstance(order, HangUp) else "is sent elsewhere"
        call.trace.add("stage", text=kind)
        call.orders.put_nowait(order)

    # Conferences and queues.

    def conference(self, name: str) -> Conference:
        """Find the living conference of this name, or open one."""
        known = self._open.get(name)
        if known is not None and not known.is_over:
            return known
        conference = Conference(self.ids.new("CF"), self.settings.account.sid, name, self._announce)
        self._open[name] = self.conferences[conference.sid] = conference
        self._forget_conferences()
        return conference

    def _forget_conferences(self) -> None:
        while len(self.conferences) > self.settings.calls_kept:
            oldest = next(iter(self.conferences.values()))
            if not oldest.is_over:
                return
            del self.conferences[oldest.sid]
            if self._open.get(oldest.name) is oldest:
                del self._open[oldest.name]

    def queue(self, name: str) -> Queue:
        """Find the queue of this name, or make one."""
        if name not in self.queues:
            self.queues[name] = Queue(self.ids.new("QU"), self.settings.account.sid, name)
        return self.queues[name]

    def _announce(self, news: News, fields: dict[str, str], call: Call | None) -> None:
        self.tell(fields["ConferenceSid"], news.target, fields, call)

    # News and complaints.

    def progress(self, call: Call, event: str) -> None:
        """Tell whoever wants to know that a call is initiated, ringing, answered or completed."""
        call.updated_at = datetime.now(UTC)
        interested = [news for news in call.news if event in news.events]
        for news in interested:
            fields = {
                **call.standard(),
                "CallbackSource": "call-progress-events",
                "SequenceNumber": str(call.sequence),
                "Timestamp": rfc2822(call.updated_at),
                **(life.final_fields(call) if event == "completed" else {}),
            }
            self.tell(call.sid, news.target, fields, call)
        call.sequence += 1 if interested else 0

    def tell(self, about: str, target: Target, fields: Mapping[str, str], call: Call | None) -> None:
        """Send news nobody waits for, about a call or a conference."""
        if not self._closing:
            self.post.send(about, target, fields, call)

    def complain(self, failure: Failure, call: Call | None) -> None:
        """Write a failure into the error log, and into the trace of its call."""
        self.complaints.append(complaint(failure, call.sid if call else ""))
        log.info("%s", failure)
        if call:
            call.trace.add("failed", code=failure.code, message=failure.message, url=failure.url)
