"""The Calls resource: making calls, looking at them, redirecting and ending them."""

from typing import Any, Final

from simulator.call import Call, Goto, HangUp, Inline, Order, Status, rfc2822
from simulator.invitation import Invitation
from simulator.rest.asked import Answer, Asked
from simulator.rest.errors import bad
from simulator.settings import Line

CREATE: Final = frozenset(
    {
        "To",
        "From",
        "Url",
        "Method",
        "Twiml",
        "ApplicationSid",
        "FallbackUrl",
        "FallbackMethod",
        "StatusCallback",
        "StatusCallbackMethod",
        "StatusCallbackEvent",
        "Timeout",
        "TimeLimit",
        "SendDigits",
        "CallerId",
    }
)
UPDATE: Final = frozenset(
    {
        "Url",
        "Method",
        "Twiml",
        "Status",
        "FallbackUrl",
        "FallbackMethod",
        "StatusCallback",
        "StatusCallbackMethod",
        "TimeLimit",
    }
)
SUBRESOURCES: Final = ("notifications", "recordings", "payments", "events", "siprec", "streams", "transcriptions")


async def create(asked: Asked) -> Answer:
    """Call somebody."""
    asked.allow(CREATE)
    if not asked.text("To"):
        raise bad("No 'To' number is specified", 21201)
    if not asked.text("From"):
        raise bad("No 'From' number is specified", 21213)
    line, order = _plan(asked)
    call = asked.network.invite(
        Invitation(
            asked.text("CallerId") or asked.text("From"),
            asked.text("To"),
            order,
            timeout_s=asked.number("Timeout", 60, 1, 600),
            news=asked.news("StatusCallback"),
            line=line,
            time_limit_s=asked.number("TimeLimit", 14400, 1, 86400),
            send_digits=asked.text("SendDigits"),
        )
    )
    return 201, shape(call)


async def fetch(asked: Asked) -> Answer:
    """Look at one call."""
    return 200, shape(find(asked, asked.names["sid"]))


async def browse(asked: Asked) -> Answer:
    """List calls, newest first."""
    asked.allow({"To", "From", "Status", "ParentCallSid", "PageSize", "Page", "PageToken"})
    wanted = {"to": "To", "from_": "From", "status": "Status", "parent_sid": "ParentCallSid"}
    calls = [
        call
        for call in reversed(asked.network.calls.values())
        if all(
            not asked.text(name) or getattr(call, attribute) == asked.text(name) for attribute, name in wanted.items()
        )
    ]
    return asked.page("calls", [shape(call) for call in calls])


async def update(asked: Asked) -> Answer:
    """Redirect a living call, or end it."""
    asked.allow(UPDATE)
    call = find(asked, asked.names["sid"])
    order = _change(asked, call)
    if call.is_over:
        raise bad("Call is not in-progress. Cannot redirect.", 21220)
    fallback = asked.target("FallbackUrl", "FallbackMethod")
    if fallback:
        call.line = Line(call.line.voice, fallback, call.line.status)
    call.news = asked.news("StatusCallback") or call.news
    if order:
        asked.network.order(call, order)
    return 200, shape(call)


async def delete(asked: Asked) -> Answer:
    """Forget a call that is over."""
    call = find(asked, asked.names["sid"])
    if not call.is_over:
        raise bad("Call is still in progress. Cannot delete.", 20009)
    del asked.network.calls[call.sid]
    return 204, None


def find(asked: Asked, sid: str) -> Call:
    """Find a call, or refuse."""
    call = asked.network.calls.get(sid)
    if call is None:
        raise asked.missing()
    return call


def shape(call: Call) -> dict[str, Any]:
    """Say a call as the provider does."""
    base = f"/2010-04-01/Accounts/{call.account_sid}/Calls/{call.sid}"
    return {
        "sid": call.sid,
        "account_sid": call.account_sid,
        "parent_call_sid": call.parent_sid or None,
        "api_version": "2010-04-01",
        "date_created": rfc2822(call.created_at),
        "date_updated": rfc2822(call.updated_at),
        "start_time": rfc2822(call.answered_at or call.created_at),
        "end_time": rfc2822(call.ended_at) if call.ended_at else None,
        "duration": str(call.talked_s) if call.is_over else None,
        "from": call.from_,
        "from_formatted": call.from_,
        "to": call.to,
        "to_formatted": call.to,
        "phone_number_sid": None,
        "status": ("queued" if call.status is Status.INITIATED else call.status.value),
        "direction": call.direction,
        "answered_by": None,
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "price": None,
        "price_unit": "USD",
        "annotation": None,
        "uri": f"{base}.json",
        "subresource_uris": {name: f"{base}/{name.title()}.json" for name in SUBRESOURCES},
    }


def _plan(asked: Asked) -> tuple[Line, Order]:
    """Read what shall happen when the call is answered: the URL wins over the document."""
    fallback, document = asked.target("FallbackUrl", "FallbackMethod"), asked.document()
    url = asked.target("Url", "Method")
    if asked.text("ApplicationSid"):
        line = asked.network.settings.applications.get(asked.text("ApplicationSid"))
        if line is None or line.voice is None:
            raise bad("ApplicationSid is not an application with a voice URL", 21218)
        return line, Goto(line.voice)
    if url:
        return Line(url, fallback), Goto(url)
    if document:
        return Line(fallback=fallback), Inline(document)
    raise bad("Url parameter is required.", 21205)


def _change(asked: Asked, call: Call) -> Order | None:
    document, url, status = asked.document(), asked.target("Url", "Method"), asked.text("Status")
    if document and url:
        raise bad("Url and Twiml are mutually exclusive", 21220)
    if status not in {"", "completed", "canceled"}:
        raise bad(f"Status must be completed or canceled, not {status!r}")
    if status == "canceled" and call.status is Status.IN_PROGRESS:
        raise bad("Call is in-progress. Cannot cancel.", 21220)
    if status:
        return HangUp("canceled" if call.status is not Status.IN_PROGRESS else "completed")
    if url:
        return Goto(url)
    return Inline(document) if document else None
