"""A caller comes to whoever fits them: their own counselor first, and who is asked for what they need."""

from uuid import uuid4

from sqlalchemy import text

from app.world import clock
from casework.tables import Case, Identifier, Person
from tests.calls.conftest import Line
from tests.calls.handing import ask, talking
from tests.calls.promise import NUMBER


def own_case(line: Line, login: str) -> None:
    """Write down that the person of NUMBER has a case, and with whom."""
    world, person = line.house.world, uuid4()
    at = clock()
    with world.sessions.begin() as tx:
        owner = tx.scalar(text("select id from staff where login = :login"), {"login": login})
        tx.add(Person(id=person, created_at=at))
        tx.flush()
        found_by = world.settings.vault.fingerprint(NUMBER)
        tx.add(
            Identifier(
                id=uuid4(), person_id=person, kind="phone", value_cipher="-", fingerprint=found_by, created_at=at
            )
        )
        tx.add(Case(
            id=uuid4(), subject_person_id=person, owner_id=owner, topic="loneliness", triage_level="low",
            first_contact_at=at, clock_from=at, opened_at=at,
        ))  # fmt: skip


def test_somebody_with_a_case_comes_to_the_counselor_who_knows_them(ivr_line: Line) -> None:
    own_case(ivr_line, "duri")
    ivr_line.counselor("hana")
    duri = ivr_line.counselor("duri")
    ivr_line.telephone.dial(NUMBER).press("5", "1")
    assert duri.offered()["why"].startswith("담당 상담사")


def test_somebody_in_danger_waits_for_nobody_they_know(ivr_line: Line) -> None:
    own_case(ivr_line, "duri")
    hana = ivr_line.counselor("hana")
    ivr_line.counselor("duri")
    ivr_line.telephone.dial(NUMBER).press("0")
    assert hana.offered()["priority"] == "danger"


def test_a_conversation_is_sent_to_the_queue_for_a_need(ivr_line: Line) -> None:
    hana = ivr_line.counselor("hana")
    _, contact = talking(ivr_line, hana)
    duri, sena = ivr_line.counselor("duri"), ivr_line.counselor("sena")
    key = sena.seat()["counselor_id"]
    sun = ivr_line.house.sign_in("sun")
    assert sun.put(f"/api/seats/{key}/skills", json={"skills": ["grief"]}).status_code == 200
    ask(hana, contact, to="queue", name="loneliness", need="grief")
    assert sena.offered()["need"] == "grief"
    assert duri.seat()["offer"] is None
