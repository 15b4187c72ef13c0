"""Reads one webhook off the wire, refuses what the provider did not sign, and sends the answer back."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import orjson

from ivr.signature import Fields, Keys, is_genuine, read_form, signed, spellings
from ivr.spot import is_line
from ivr.twiml import Wording

LARGEST = 64 * 1024
_FORM = b"application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """One genuine webhook: which door, what we put in its URL, what the provider says."""

    door: str
    query: Mapping[str, str]
    fields: Mapping[str, str]
    call_sid: str
    words: str = ""
    """The query as it was written."""


class Refused(Exception):
    """A webhook we do not take, with the answer it gets; nothing was changed."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        """Keep the three parts of the answer."""
        super().__init__(detail)
        self.status, self.title, self.detail = status, title, detail


async def receive_request(scope: MutableMapping[str, Any], receive: Any, keys: Keys, wording: Wording) -> Request:
    """Read and verify one webhook, POST or GET; raises Refused."""
    headers = dict(scope["headers"])
    raw_query: bytes = scope["query_string"]
    words = raw_query.decode("latin-1")
    fields = await _posted(scope, headers, receive)
    url = wording.public_url + scope["path"] + (f"?{words}" if words else "")
    _verify(url, headers, fields, keys, wording)
    own = _own(raw_query)
    said = {**own, **first(fields)} if fields else own
    if "\0" in "".join(said.values()):
        # A database cannot hold the NUL character, and no provider sends one.
        said = {name: value.replace("\0", "") for name, value in said.items()}
    if is_line(own.get("line", "")):
        # A call that we made goes by the name that we gave it before the provider did.
        said = {**said, "CallSid": own["line"], "LegSid": said.get("CallSid", "")[:64]}
    return Request(scope["path"].rpartition("/")[2], own, said, _sid(said), words)


@lru_cache(maxsize=4096)
def _own(raw_query: bytes) -> Mapping[str, str]:
    # What we wrote into our own addresses is the same for every caller who stands at the same place.
    return MappingProxyType(first(read_form(raw_query)))


async def _posted(scope: MutableMapping[str, Any], headers: Mapping[bytes, bytes], receive: Any) -> Fields:
    method = scope["method"]
    if method == "GET":
        return []
    if method != "POST":
        raise Refused(405, "Method not allowed", "Webhooks come by POST or GET.")
    body = await _body(receive)
    kind = headers.get(b"content-type", _FORM)
    if not kind.startswith(_FORM):
        raise Refused(415, "Unsupported media type", "Send webhooks as application/x-www-form-urlencoded.")
    return read_form(body)


async def _body(receive: Any) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LARGEST:
            raise Refused(413, "Too large", "A webhook is at most 64 kB.")
        if not message.get("more_body"):
            return body


def _verify(url: str, headers: Mapping[bytes, bytes], fields: Fields, keys: Keys, wording: Wording) -> None:
    signature = headers.get(b"x-twilio-signature")
    settings = headers.get(b"x-twilio-webhooks-signature-settings")
    signers = keys.signers(settings.decode("latin-1") if settings else None)
    urls = spellings(url, wording.overrides)
    if not signature or not is_genuine(signature.decode("latin-1"), urls, signed(fields), signers):
        raise Refused(403, "Forbidden", "The signature is missing or wrong for the address this service is known by.")


def first(fields: Fields) -> dict[str, str]:
    """Keep the first value of each name."""
    return dict(reversed(fields))


def _sid(said: Mapping[str, str]) -> str:
    sid = said.get("CallSid", "")
    return sid if sid.isalnum() and sid.isascii() and len(sid) <= 64 else ""  # noqa: PLR2004 - the column's width


async def send_xml(send: Any, body: bytes) -> None:
    """Answer with TwiML."""
    await _send(send, 200, b"text/xml; charset=utf-8", body)


async def send_problem(send: Any, refused: Refused) -> None:
    """Answer with problem+json, for programs; a provider's own request is never refused."""
    body = {"type": "about:blank", "title": refused.title, "status": refused.status, "detail": refused.detail}
    await _send(send, refused.status, b"application/problem+json", orjson.dumps(body))


async def _send(send: Any, status: int, kind: bytes, body: bytes) -> None:
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
