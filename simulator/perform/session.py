"""Where a call stands while documents are performed on it."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from simulator import document
from simulator.call import Call, Goto, Status
from simulator.document import Document, Verb
from simulator.failures import Failure
from simulator.settings import Target
from simulator.webhook import Reply

if TYPE_CHECKING:
    from simulator.network import Network

MAIN: Final = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Enqueue", "Dial", "Record", "Hangup", "Reject"})
QUEUE_WAIT: Final = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Leave", "Hangup"})
CONFERENCE_WAIT: Final = frozenset({"Say", "Play", "Pause", "Redirect"})
WHISPER: Final = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"})
TWIML_TYPES: Final = frozenset({"text/xml", "application/xml", "text/html"})


@dataclass(slots=True)
class Session:
    """One thread of documents on a call: the main one, or one that plays while the call waits."""

    network: "Network"
    call: Call
    allowed: frozenset[str] = MAIN
    base: Target | None = None
    """Where the document being performed came from; None when it came through REST."""
    extra: Callable[[], Mapping[str, str]] = dict
    """Gives the fields that go with each request of this thread."""
    fetched_at: float = field(default=float("-inf"))

    @property
    def is_main(self) -> bool:
        """Say whether this is the call's own thread, which has a fallback."""
        return self.allowed is MAIN

    def beside(self, allowed: frozenset[str], extra: Callable[[], Mapping[str, str]] = dict) -> "Session":
        """Start another thread on the same call, in which only some verbs are allowed."""
        return replace(self, allowed=allowed, extra=extra, fetched_at=float("-inf"))

    def target(self, url: str, method: str) -> Target:
        """Resolve a URL against the current document's; an empty one means the current document."""
        if self.base is None:
            if not urlsplit(url).scheme:
                raise Failure(11100, f"{url!r} is not absolute, and the document has no URL", url)
            return Target(url, method)
        return Target(urljoin(self.base.url, url) if url else self.base.url, method)

    def verb_target(self, verb: Verb, url: str, method: str) -> Target | None:
        """Resolve a verb's URL attribute with its method attribute; None when it has no such URL."""
        if url not in verb.attributes:
            return None
        return self.target(verb.attributes[url], verb.attributes.get(method, "POST"))

    async def fetch(self, goto: Goto) -> Document:
        """Ask for a document, note what was asked and answered, and make it the current one."""
        await self._pace(goto)
        fields = {**self.call.standard(), **self.extra(), **goto.extra}
        trace, target = self.call.trace, goto.target
        trace.add("request", url=target.url, method=target.method, fields=fields)
        began = time.monotonic()
        reply = await self.network.webhooks.send(target, fields, self.call.cookies, "twiml")
        took_ms = round((time.monotonic() - began) * 1000, 2)
        body = reply.body.decode("utf-8", "replace")
        trace.add("reply", url=reply.url, status=reply.status, type=reply.content_type, body=body, took_ms=took_ms)
        self.base = Target(reply.url, target.method)
        return self._read(reply)

    async def answer(self) -> None:
        """Answer an inbound call, if nobody has yet."""
        call = self.call
        if call.status is not Status.RINGING:
            return
        await call.leg.answer()
        call.status, call.answered_at = Status.IN_PROGRESS, datetime.now(UTC)
        call.trace.add("answered")
        self.network.progress(call, "answered")

    async def _pace(self, goto: Goto) -> None:
        """Hold a waiting thread back to one round in a while, unless a key was pressed."""
        if not self.is_main and "Digits" not in goto.extra:
            wait_s = self.fetched_at + self.network.settings.lap_s - time.monotonic()
            await asyncio.sleep(max(0.0, wait_s))
        self.fetched_at = time.monotonic()

    def _read(self, reply: Reply) -> Document:
        try:
            found = interpreted(reply, lenient=self.network.settings.lenient)
            self._check(found)
        except Failure as failure:
            raise Failure(failure.code, failure.message, reply.url) from failure
        for warning in found.warnings:
            self.network.complain(Failure(12200, warning, reply.url), self.call)
        return found

    def _check(self, found: Document) -> None:
        forbidden = sorted({verb.name for verb in found.verbs} - self.allowed)
        if forbidden:
            raise Failure(12200, f"{', '.join(forbidden)} may not stand in this document")


def interpreted(reply: Reply, *, lenient: bool) -> Document:
    """Read an answer by its content type: TwiML, sound to play or text to read aloud; fails with 12300 for others."""
    kind = reply.content_type.partition(";")[0].strip().lower()
    if kind in TWIML_TYPES or (kind == "text/plain" and reply.body.startswith(b"<")):
        return document.read(reply.body, lenient=lenient)
    if kind.startswith("audio/"):
        return Document((Verb("Play", text=reply.url), Verb("Hangup")))
    if kind == "text/plain":
        return Document((Verb("Say", text=reply.body.decode("utf-8", "replace")), Verb("Hangup")))
    raise Failure(12300, f"Invalid Content-Type: {kind or 'none'}")
