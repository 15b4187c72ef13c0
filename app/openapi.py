"""Describes the provider's webhooks in the OpenAPI document, though a faster way than FastAPI serves them."""

from typing import Any

from fastapi import FastAPI

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
    """Let `app.openapi()` tell of the webhooks too."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        document = plain()
        for path, answer in ANSWERS.items():
            document["paths"].setdefault(path, _path(path.rpartition("/")[2], answer.__doc__ or ""))
        return document

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way of extending the document.


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


_RESPONSES = {
    "200": {"description": "TwiML.", "content": {"text/xml": {"schema": {"type": "string"}}}},
    "403": {"description": "Not signed by the provider for this address."},
    "413": {"description": "Larger than 64 kB."},
    "415": {"description": "Not an urlencoded form."},
    "422": {"description": "A callback that does not say what it is about."},
}
