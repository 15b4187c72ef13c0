"""What a webhook tells that is read from the request alone: pure, and nonsense is no event that nobody has heard of."""

from ivr.events import Asked, Closed, Forwarded, Handed, Pressed, Recorded, Replied, Returned, Summoned, Talked
from ivr.inbound import Request
from ivr.notices import spoken


def pressed(request: Request) -> Pressed:
    """A key was pressed, or none."""
    return Pressed(_key(request))


def talked(_: Request) -> Talked:
    """The conversation is over."""
    return Talked()


def forwarded(request: Request) -> Forwarded:
    """The call to another desk is over."""
    return Forwarded(request.fields.get("DialCallStatus") in {"completed", "answered"})


def recorded(request: Request) -> Recorded:
    """The caller has left their words, or said nothing."""
    return Recorded(*spoken(request))


def asked(request: Request) -> Asked:
    """We asked the provider to put a counselor's question to the caller."""
    return Asked(_question(request))


def replied(request: Request) -> Replied:
    """The caller answered a counselor's question by a key, or not, and goes back to the counselor."""
    return Replied(_question(request), _key(request))


def closing(request: Request) -> Closed:
    """We asked the provider to say the closing words for a reason, and to end the call."""
    return Closed(request.query.get("reason", "")[:20])


def summoned(_: Request) -> Summoned:
    """We asked the provider to bring the caller to the counselor."""
    return Summoned()


def returned(_: Request) -> Returned:
    """We asked the provider to bring the caller back to the queue."""
    return Returned()


def handed(request: Request) -> Handed:
    """A counselor handed the caller on: to another desk, or to the next counselor."""
    return Handed(request.query.get("desk", "")[:40])


def _key(request: Request) -> str:
    return request.fields.get("Digits", "")[:20]


def _question(request: Request) -> str:
    return request.query.get("question", "")[:40]
