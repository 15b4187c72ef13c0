"""Completes the OpenAPI document: the refusals every route shares, and the webhooks, which FastAPI does not serve."""

from typing import Any

from fastapi import FastAPI

from core.web import PROBLEM
from ivr.webhooks import ANSWERS

_STANDARD = {
    "CallSid": "The provider's id of the leg.",
    "AccountSid": "The provider's id of the account.",
    "From": "Who calls: E.164, client:<login>, sip:..., or anonymous.",
    "To": "Which number was called.",
    "CallStatus": "The leg's state in the provider's words.",
    "Direction": "inbound, outbound-api or outbound-dial.",
}
_MORE = {
    "pressed": {"Digits": "The key; empty or missing is silence."},
    "left": {"QueueResult": "Why the caller left the queue."},
    "forwarded": {"DialCallStatus": "How the forwarded call ended."},
    "status": {"SequenceNumber": "The order of this leg's callbacks."},
    "conference": {
        "ConferenceSid": "The room.",
        "StatusCallbackEvent": "participant-join, participant-leave, conference-end ...",
        "SequenceNumber": "The order of this room's callbacks.",
        "ParticipantLabel": "caller, or counselor-, transfer- or supervisor- and an id.",
    },
}


def describe(app: FastAPI) -> None:
    """Let `app.openapi()` tell of every refusal and of the webhooks too."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        document["components"]["schemas"]["Problem"] = _PROBLEM
        for operations in document["paths"].values():
            for method, operation in operations.items():
                _refuse(method, operation)
        for path, answer in ANSWERS.items():
            document["paths"].setdefault(path, _path(path.rpartition("/")[2], answer.__doc__ or ""))
        return document

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way of extending the document.


def _refuse(method: str, operation: dict[str, Any]) -> None:
    """Tell by which refusals an operation may be answered."""
    asked = "requestBody" in operation or bool(operation.get("parameters"))
    applies = {
        "400": "requestBody" in operation,
        "401": "security" in operation or "requestBody" in operation,
        "403": "security" in operation or method != "get",
        "404": asked,
        "409": method != "get",
        "422": asked,
        "503": True,
    }
    # FastAPI's own 422 is not what is answered: core/web.py answers every refusal in one shape.
    operation["responses"] |= {status: _REFUSALS[status] for status, may_come in applies.items() if may_come}


def _path(name: str, words: str) -> dict[str, Any]:
    fields = {**_STANDARD, **_MORE.get(name, {})}
    properties = {field: {"type": "string", "description": text} for field, text in fields.items()}
    form = {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": properties}}}
    signature = {"name": "X-Twilio-Signature", "in": "header", "required": True, "schema": {"type": "string"}}
    query = [{"name": field, "in": "query", "schema": {"type": "string"}} for field in fields]
    shared = {"tags": ["webhooks"], "summary": words, "responses": _RESPONSES}
    return {
        "post": {**shared, "operationId": f"{name}_post", "parameters": [signature], "requestBody": {"content": form}},
        "get": {**shared, "operationId": f"{name}_get", "parameters": [signature, *query]},
    }


_REFUSALS = {
    status: {"description": words, "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    for status, words in (
        ("400", "The body cannot be read at all."),
        ("401", "Nobody is signed in."),
        ("403", "Not for this role or this person."),
        ("404", "It does not exist, or not for this person."),
        ("409", "The state of things does not allow it now."),
        ("422", "The request is wrong; `errors` may name the fields."),
        ("503", "A part of the system is out of order; nothing was changed."),
    )
}
_PROBLEM = {
    "title": "Problem",
    "description": "A refusal in the form of RFC 9457, with words that say what to do, and perhaps more fields.",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_RESPONSES = {
    "200": {"description": "TwiML.", "content": {"text/xml": {"schema": {"type": "string"}}}},
    "403": {"description": "Not signed by the provider for this address."},
    "413": {"description": "Larger than 64 kB."},
    "415": {"description": "Not an urlencoded form."},
    "422": {"description": "A callback that does not say what it is about."},
}
