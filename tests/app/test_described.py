"""Whatever is asked of the API is answered as its own description says, and never by a failure of ours.

The requests are made from the description, well-formed and not, and sent to the service as it runs. EXAMPLES sets how
many for each operation and person.
"""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from tests.casework.conftest import EMERGENCY
from tests.house import House

EXAMPLES = int(os.environ.get("EXAMPLES", "2"))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
LEFT_OUT = {
    ("GET", "/api/seat/events"): "a stream, which does not end",
    ("DELETE", "/api/session"): "would sign out whoever asks",
    ("POST", "/sign-out"): "would sign out whoever asks",
}
FORM = {"relation": "self", "topic": "loneliness", "outcome_class": "data", "consent": {"answer": "given"}}


class Known:
    """Ids that answers told, by their name or the collection they were asked of: with them requests find something."""

    def __init__(self) -> None:
        self.ids: dict[str, list[str]] = defaultdict(list)

    def learn(self, path: str, answer: Any) -> None:
        for one in answer if isinstance(answer, list) else [answer]:
            for name, value in one.items() if isinstance(one, dict) else ():
                if isinstance(value, str) and name == "id":
                    self.ids[_collection(path)].append(value)
                elif isinstance(value, str) and name.endswith("_id"):
                    self.ids[name].append(value)
                elif isinstance(value, dict):
                    self.learn(path, value)

    def fitting(self, path: str, name: str) -> list[str]:
        """Give the ids that may stand for a part of an address, the newest ones."""
        before = path.partition(f"{{{name}}}")[0]
        return [*self.ids[name], *self.ids[_collection(before)]][-3:]


def _collection(path: str) -> str:
    """Give the last part of an address that is no id."""
    return next((part for part in reversed(path.split("/")) if part and not part.startswith("{")), "")


def an_emergency(client: httpx.Client, known: Known) -> None:
    """Let a conversation have started everything there is to ask for."""
    body = {"key": str(uuid4()), "channel": "walk_in", "phone": "010-1234-5678"}
    contact = client.post("/api/contacts", json=body).json()
    known.learn("/api/contacts", contact)
    done = client.post(f"/api/contacts/{contact['id']}/finalize", json={"form": FORM | EMERGENCY})
    assert done.status_code == 200, done.text
    known.learn("/api/contacts", done.json())


def operations(house: House) -> Iterator[Any]:
    schema = schemathesis.openapi.from_url(f"{house.url}/openapi.json")
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        asked = (operation.method.upper(), operation.path)
        # The webhooks are answered to the provider alone: tests/ivr/test_webhooks.py has them.
        if asked not in LEFT_OUT and not operation.path.startswith("/ivr/"):
            yield operation


@dataclass
class Asking:
    """Somebody who asks for everything, and what they were answered."""

    headers: dict[str, str]
    known: Known
    answered: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def ask(self, case: Case[Any], data: st.DataObject) -> None:
        if case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE:
            for name in case.path_parameters:
                if fitting := self.known.fitting(case.operation.path, name):
                    case.path_parameters[name] = data.draw(st.sampled_from(fitting))
        reply = case.call(headers=self.headers)
        self.answered[reply.status_code // 100] += 1
        try:
            case.validate_response(reply, checks=CHECKS)
        except FailureGroup as failures:
            self.wrong.append(f"{case.operation.label}\n{failures}")
        if reply.status_code < 300 and "application/json" in reply.headers.get("content-type", []):
            self.known.learn(case.operation.path, reply.json())


@pytest.mark.timeout(120 + 40 * EXAMPLES)
@pytest.mark.parametrize("login", ["sun", "hana"])
def test_every_answer_is_described_and_none_is_a_failure_of_ours(house: House, login: str) -> None:
    asking = Asking({"Authorization": house.sign_in(login).headers["Authorization"]}, Known())
    an_emergency(house.sign_in("hana"), asking.known)
    for operation in operations(house):
        cases = operation.as_strategy()
        if operation.path_parameters or operation.query or operation.body:
            cases |= operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        settings(
            max_examples=EXAMPLES, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )(given(case=cases, data=st.data())(asking.ask))()  # fmt: skip
    assert not asking.wrong, "\n\n".join(asking.wrong)
    assert asking.answered[2] > 40, "asked for what is there, and not only for what is not"
