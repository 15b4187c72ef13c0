"""What we ask of the telephone provider, over its REST interface (the only import of twilio.rest)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

import httpx
from requests import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from ivr.twiml import CONFERENCE_EVENTS, Wording

T = TypeVar("T")
_GONE = {20404, 21220, 21221}
"""Twilio's codes for a call or room that is over, or never was."""
_TOO_FAST, _THEIR_FAULT = 429, 500
_TIMEOUT = 3.5
"""Seconds; below the outbox lease, so that two deliveries never overlap."""


class Gone(Exception):
    """The call or room is over: there is nothing to be steered any more."""


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody to be rung into a room; `name` is `counselor-`, `transfer-` or `supervisor-` and an id."""

    name: str
    address: str
    ends: bool = True
    """Whether the room ends when they leave it."""
    muted: bool = False
    coaches: str = ""
    """The leg they whisper to: nobody else hears them."""


@dataclass(frozen=True, slots=True)
class Change:
    """How a leg stands from now on; None leaves it. `muted` and `coaches` go together."""

    ends: bool | None = None
    muted: bool | None = None
    coaches: str = ""


class Unclear(Exception):
    """Nobody can tell whether a call was made: asking again might make a second one."""


class Refused(Exception):
    """The provider will not make this call, now or later."""


class Telephone(Protocol):
    """The few things we ask of a provider; each raises Gone, or the provider's own error to be tried again."""

    def ring(self, call: str, party: Party) -> str:
        """Ring somebody into the call's room, and give the new leg's SID."""
        ...

    def change(self, room: str, leg: str, change: Change) -> None:
        """Change how a leg stands in its room; what is so already stays so."""
        ...

    def announce(self, room: str, url: str) -> None:
        """Say the words at this address to everybody in a room."""
        ...

    def call_person(self, number: str, line: str, spot: str) -> str:
        """Call somebody, who comes to this spot when they pick up, and give the new leg's SID.

        Raises Unclear where it may have been made, Refused where it never will be; any other error is safe to retry.
        """
        ...

    def call_officer(self, number: str, attempt: str) -> str:
        """Call whoever a dispatch is to be read to, by its attempt, and give the leg's SID; raises as `call_person`."""
        ...

    def move(self, call: str, url: str) -> None:
        """Make a caller's leg fetch its next words from this address now."""
        ...

    def hold(self, room: str, leg: str, *, on: bool) -> None:
        """Put a leg on hold with music, or take it back."""
        ...

    def end_room(self, room: str) -> None:
        """End a room; the caller hears the closing words."""
        ...

    def end_call(self, leg: str) -> None:
        """End a leg."""
        ...

    def status(self, leg: str) -> str:
        """Ask how a leg is doing, in the provider's words."""
        ...


@dataclass(frozen=True)
class TwilioTelephone:
    """Twilio, or whatever speaks its REST interface at `api_url`."""

    account: str
    token: str
    caller_id: str
    wording: Wording
    api_url: str | None = None
    key: str | None = None
    """SID of an API key that stands for the account; then `token` is that key's secret."""
    ring_timeout: int = 15
    person_ring_timeout: int = 25

    @cached_property
    def _client(self) -> Client:
        http = TwilioHttpClient(timeout=_TIMEOUT, max_retries=0)
        client = Client(self.key or self.account, self.token, self.account, http_client=http)
        if self.api_url:
            client.api.base_url = self.api_url.rstrip("/")
        return client

    def ring(self, call: str, party: Party) -> str:
        """Ring somebody into the call's room, and give the new leg's SID."""
        url = self.wording.url
        more = {"coaching": True, "call_sid_to_coach": party.coaches} if party.coaches else {}
        leg = _ask(
            lambda: self._client.conferences(call).participants.create(
                from_=self.caller_id,
                to=party.address,
                label=party.name,
                beep="false",
                start_conference_on_enter=True,
                end_conference_on_exit=party.ends,
                muted=party.muted,
                timeout=self.ring_timeout,
                status_callback=url(f"/ivr/status?call={call}&party={party.name}"),
                status_callback_event=["completed"],
                conference_status_callback=url(f"/ivr/conference?call={call}"),
                conference_status_callback_event=CONFERENCE_EVENTS.split(),
                **more,
            )
        )
        return str(leg.call_sid)

    def change(self, room: str, leg: str, change: Change) -> None:
        """Change how a leg stands in its room; what is so already stays so."""
        wanted: dict[str, Any] = {} if change.ends is None else {"end_conference_on_exit": change.ends}
        if change.muted is not None:
            wanted |= {"muted": change.muted, "coaching": bool(change.coaches)}
            wanted |= {"call_sid_to_coach": change.coaches} if change.coaches else {}
        _ask(lambda: self._client.conferences(room).participants(leg).update(**wanted))

    def announce(self, room: str, url: str) -> None:
        """Say the words at this address to everybody in a room."""
        _ask(lambda: self._client.conferences(room).update(announce_url=url, announce_method="POST"))

    def call_person(self, number: str, line: str, spot: str) -> str:
        """Call somebody, who comes to this spot when they pick up, and give the new leg's SID."""
        url = self.wording.url
        return self._call(
            number,
            url=url(f"/ivr/answered?{spot}"),
            fallback_url=url(f"/ivr/fallback?line={line}"),
            timeout=self.person_ring_timeout,
            status_callback=url(f"/ivr/status?line={line}"),
            status_callback_event=["initiated", "ringing", "answered", "completed"],
        )

    def call_officer(self, number: str, attempt: str) -> str:
        """Call whoever a dispatch is to be read to, by its attempt, and give the leg's SID; raises as `call_person`."""
        url = self.wording.url
        return self._call(
            number,
            url=url(f"/ivr/officer?attempt={attempt}&times=0"),
            timeout=self.person_ring_timeout,
            status_callback=url(f"/ivr/officer-status?attempt={attempt}"),
            status_callback_event=["completed"],
        )

    def _call(self, number: str, **how: Any) -> str:
        try:
            leg = self._client.calls.create(to=number, from_=self.caller_id, **how)
        except TwilioRestException as error:
            if error.status == _TOO_FAST:
                # Never processed, and always safe to ask again.
                raise
            raise (Unclear if error.status >= _THEIR_FAULT else Refused)(f"{error.status} {error.code}") from error
        except (TwilioException, RequestException) as error:
            raise Unclear(type(error).__name__) from error
        return str(leg.sid)

    def move(self, call: str, url: str) -> None:
        """Make a caller's leg fetch its next words from this address now."""
        _ask(lambda: self._client.calls(call).update(url=url, method="POST"))

    def hold(self, room: str, leg: str, *, on: bool) -> None:
        """Put a leg on hold with music, or take it back."""
        music = {"hold_url": self.wording.url("/ivr/music"), "hold_method": "POST"} if on else {}
        _ask(lambda: self._client.conferences(room).participants(leg).update(hold=on, **music))

    def end_room(self, room: str) -> None:
        """End a room; the caller hears the closing words."""
        _ask(lambda: self._client.conferences(room).update(status="completed"))

    def end_call(self, leg: str) -> None:
        """End a leg."""
        _ask(lambda: self._client.calls(leg).update(status="completed"))

    def status(self, leg: str) -> str:
        """Ask how a leg is doing, in the provider's words."""
        return str(_ask(lambda: self._client.calls(leg).fetch()).status)

    def recording(self, sid: str) -> Iterator[bytes]:
        """Give a recording as a WAV file, part by part; raises Gone, or OSError where the provider does not give it."""
        client = httpx.Client(timeout=_TIMEOUT, auth=(self.key or self.account, self.token), follow_redirects=True)
        base = (self.api_url or "https://api.twilio.com").rstrip("/")
        request = client.build_request("GET", f"{base}/2010-04-01/Accounts/{self.account}/Recordings/{sid}.wav")
        try:
            answer = client.send(request, stream=True)
        except httpx.HTTPError as error:
            client.close()
            raise ConnectionError(type(error).__name__) from error
        if answer.status_code != httpx.codes.OK:
            client.close()
            why = f"The provider answered {answer.status_code}."
            raise Gone(why) if answer.status_code == httpx.codes.NOT_FOUND else ConnectionError(why)
        return _parts(client, answer)

    def erase_recording(self, sid: str) -> None:
        """Destroy a recording; raises Gone where there is none."""
        _ask(lambda: self._client.recordings(sid).delete())

    def voice_url(self, number: str) -> str | None:
        """Ask where the provider sends calls to a number, None where it knows no such number; raises OSError."""
        try:
            found: list[Any] = self._client.incoming_phone_numbers.list(phone_number=number, limit=1)
        except TwilioException as error:
            raise ConnectionError(str(error)) from error
        return str(found[0].voice_url) if found else None


def _parts(client: httpx.Client, answer: httpx.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_bytes()
    finally:
        answer.close()
        client.close()


def _ask(what: Callable[[], T]) -> T:
    try:
        return what()
    except TwilioRestException as error:
        if error.code in _GONE or error.status == 404:  # noqa: PLR2004 - HTTP's own number
            raise Gone(str(error)) from error
        raise
