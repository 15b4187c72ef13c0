"""Verbs to TwiML, the provider's language, as text ready to send."""

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

from ivr.verbs import Ask, Dial, Go, HangUp, Join, Leave, Next, Play, Record, Say, Verb, Wait

PROLOG: Final = '<?xml version="1.0" encoding="UTF-8"?>'
CONFERENCE_EVENTS: Final = "start end join leave mute hold"
LANGUAGES: Final = {"ko": "ko-KR", "en": "en-US"}
EMPTY: Final = f"{PROLOG}<Response/>".encode()


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """What TwiML needs to know of this installation: addresses, numbers and voices."""

    public_url: str
    """Where the provider reaches us, without a slash at the end."""
    overrides: str = "rc=2&rp=all"
    """Twilio's connection overrides, sent as the URL's fragment: retry also on time-outs and 5xx."""
    desks: tuple[tuple[str, str], ...] = ()
    """Numbers of the outside desks by name."""
    caller_id: str | None = None
    voices: tuple[tuple[str, str], ...] = (("ko", "Polly.Seoyeon"), ("en", "Polly.Joanna"))
    dial_timeout: int = 25

    def url(self, path: str) -> str:
        """Give the full address of one of our paths, as the provider shall call it."""
        return f"{self.public_url}{path}" + (f"#{self.overrides}" if self.overrides else "")

    def sound(self, name: str) -> str:
        """Give the address of a sound file."""
        return f"{self.public_url}/ivr/sounds/{name}.wav"


def attribute(words: str) -> str:
    """Escape words for an attribute in double quotes."""
    return escape(words, {'"': "&quot;"})


def render(verbs: tuple[Verb, ...], wording: Wording, room: str = "") -> bytes:
    """Write a reply; `room` is the call's own, for verbs that join it."""
    inner = "".join(_verb(verb, wording, room) for verb in verbs)
    return f"{PROLOG}<Response>{inner}</Response>".encode()


def _verb(verb: Verb, wording: Wording, room: str) -> str:
    match verb:
        case Say() | Play():
            return _sound(verb, wording)
        case Ask():
            return _ask(verb, wording)
        case Wait(queue=queue, loop=loop, then=then):
            urls = f'waitUrl="{_to(loop, wording)}" action="{_to(then, wording)}"'
            return f"<Enqueue {urls}>{escape(queue)}</Enqueue>"
        case Leave():
            return "<Leave/>"
        case Join(then=then):
            return f'<Dial action="{_to(then, wording)}">{conference(room, wording)}</Dial>'
        case Dial(desk=desk, then=then):
            return _dial(dict(wording.desks).get(desk), _to(then, wording), wording)
        case Record():
            return _record(verb, wording)
        case Go(to=to):
            return _redirect(_to(to, wording))
        case HangUp():
            return "<Hangup/>"


def _to(to: Next, wording: Wording) -> str:
    return attribute(wording.url(f"/ivr/{to.door}?{to.spot}"))


def _redirect(url: str) -> str:
    return f"<Redirect>{url}</Redirect>"


def _sound(verb: Say | Play, wording: Wording) -> str:
    if isinstance(verb, Play):
        return f"<Play>{escape(wording.sound(verb.sound))}</Play>"
    voice = dict(wording.voices).get(verb.language)
    spoken = f' voice="{attribute(voice)}"' if voice else ""
    return f'<Say language="{LANGUAGES[verb.language]}"{spoken}>{escape(verb.words)}</Say>'


def _ask(ask: Ask, wording: Wording) -> str:
    inner = "".join(_sound(prompt, wording) for prompt in ask.prompts)
    empty = "" if ask.then else ' actionOnEmptyResult="true"'
    gather = f'<Gather action="{_to(ask.to, wording)}" numDigits="1" finishOnKey="" timeout="{ask.timeout}"{empty}>'
    after = _redirect(_to(ask.then, wording)) if ask.then else ""
    return f"{gather}{inner}</Gather>{after}"


def _record(record: Record, wording: Wording) -> str:
    # Where nothing was heard a provider goes on to the next verb instead of the action: both lead to the same door.
    then, news = _to(record.then, wording), _to(Next("recording", record.then.spot), wording)
    return (
        f'<Record action="{then}" recordingStatusCallback="{news}" recordingStatusCallbackEvent="completed"'
        f' maxLength="{record.longest}" timeout="8" finishOnKey="#" playBeep="true"/>{_redirect(then)}'
    )


def conference(room: str, wording: Wording) -> str:
    """Write the caller's place in the room: it begins when the counselor is there, and music plays until then."""
    events = attribute(wording.url(f"/ivr/conference?call={room}"))
    return (
        f'<Conference beep="false" startConferenceOnEnter="false" endConferenceOnExit="false" participantLabel="caller"'
        f' waitUrl="{attribute(wording.url("/ivr/music"))}"'
        f' statusCallback="{events}" statusCallbackEvent="{CONFERENCE_EVENTS}">{escape(room)}</Conference>'
    )


def counselor_place(room: str, wording: Wording, offer: str, then: str) -> bytes:
    """Write the counselor's place in a room, for a softphone that dialed in."""
    events = attribute(wording.url(f"/ivr/conference?call={room}"))
    place = (
        f'<Conference beep="false" startConferenceOnEnter="true" endConferenceOnExit="true"'
        f' participantLabel="counselor-{offer}" statusCallback="{events}" statusCallbackEvent="{CONFERENCE_EVENTS}">'
        f"{escape(room)}</Conference>"
    )
    dial = f'<Dial action="{attribute(wording.url(then))}">{place}</Dial>'
    return f"{PROLOG}<Response>{dial}</Response>".encode()


def _dial(number: str | None, then: str, wording: Wording) -> str:
    if number is None:
        return _redirect(then)
    caller = f' callerId="{attribute(wording.caller_id)}"' if wording.caller_id else ""
    noun = f"<Sip>{escape(number)}</Sip>" if number.startswith("sip:") else f"<Number>{escape(number)}</Number>"
    return f'<Dial action="{then}" timeout="{wording.dial_timeout}"{caller}>{noun}</Dial>'
