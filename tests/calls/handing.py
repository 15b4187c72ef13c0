"""Words for tests in which a conversation is handed on."""

from typing import Any

from sqlalchemy import text

from tests.calls.conftest import Counselor, Line
from tests.calls.telephone import Caller
from tests.house import waited_for


def talking(line: Line, counselor: Counselor) -> tuple[Caller, str]:
    caller = line.telephone.dial()
    caller.press("5", "1")
    contact = counselor.accept()
    counselor.comes_to("on_contact")
    caller.talks()
    return caller, contact


def ask(counselor: Counselor, contact: str, what: str = "", **form: Any) -> dict[str, Any]:
    reply = counselor.client.post(f"/api/calls/{contact}/transfer{what}", json=form)
    assert reply.is_success, reply.text
    answer: dict[str, Any] = reply.json()
    return answer


def state(counselor: Counselor, contact: str) -> str:
    return str(counselor.client.get(f"/api/calls/{contact}/transfer").json()["state"])


def comes_to(counselor: Counselor, contact: str, wanted: str) -> None:
    waited_for(lambda: state(counselor, contact) == wanted)


def entries(line: Line) -> dict[str, str]:
    with line.house.world.sessions() as tx:
        rows = tx.execute(text("select contact_id, state from routing_queue_entry order by seq"))
        return {str(key): found for key, found in rows}


def contact_of(counselor: Counselor, contact: str) -> dict[str, Any]:
    found: dict[str, Any] = counselor.client.get(f"/api/contacts/{contact}").json()
    return found


def consulted(line: Line, hana: Counselor, duri: Counselor) -> tuple[Caller, str, str]:
    """Bring a second counselor to where the first tells them of the caller."""
    caller, contact = talking(line, hana)
    ask(hana, contact, to="counselor", name="duri")
    following = duri.accept()
    comes_to(hana, contact, "target_answered")
    return caller, contact, following


def ended(line: Line) -> bool:
    with line.house.world.sessions() as tx:
        return bool(tx.scalar(text("select ended_at is not null from ivr_call where role = 'caller'")))
