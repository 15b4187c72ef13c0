"""Nothing about somebody can be read by who has nothing to do with them, nor by anybody without a trace."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from casework.service.people import Described, known_as
from casework.tables import Case, Contact, Dispatch, Duty, Referral, Screening, Visit, Voicemail
from core.access_log import AccessEntry
from core.ids import new_id
from core.security import Vault
from core.staff import ROLES, Staff
from ivr.callbacks.tables import Callback
from tests.casework.agreed import SAFETY, TUESDAYS, care_words
from tests.guards.test_routes import doors, permissions
from tests.house import CALLER, House, form

ABOUT_NOBODY = {
    "staff_id": "who works here, for who manages them",
    "code": "of a district, or of an instrument that is printed anywhere",
    "offer_id": "a hint to the one it was made to, who is checked by name",
    "month": "counts of everybody together, small ones left out",
    "name": "a queue's figures, a sound, or what a page is made of",
}
"""Parts of addresses that lead to nobody's data, and why; every other one must be among `somebody`'s ids."""
NO_TRACE = {
    "/api/calls/{contact_id}/transfer": "to whom a call was handed on: ids of staff",
    "/api/calls/{contact_id}/watches": "which supervisors are in a call",
    "/dispatches/{dispatch_id}/sheet": "asks what the sheet is to be printed for",
    "/api/visits/{visit_id}/photos": "how many pictures there are, not what is on them",
    "/safety-plans/{person_id}": "asks what the plan is to be printed for",
    "/api/callbacks/{callback_id}": "when somebody is called, by ids; their number stays with the contact",
}
"""Reads by id that show nothing of anybody, and why."""
AGREED = ("care-plans", "companion-rhythms", "companion-calls", "welfare-checks")
READS = sorted(
    (path, min(permissions(route.dependant)))
    for method, path, route in doors()
    if method == "GET" and "{" in path and not set(re.findall(r"\{(\w+)\}", path)) <= set(ABOUT_NOBODY)
)


@pytest.fixture
def somebody(house: House) -> dict[str, UUID]:
    """Let somebody call, be hana's, and have everything hang on them that can; give the ids by address part."""
    assert house.webhook("/ivr/voice", form()).status_code == 200
    at, vault = datetime.now(UTC), house.settings.vault
    with house.world.sessions.begin() as tx:
        hana = tx.scalars(select(Staff.id).where(Staff.login == "hana")).one()
        contact = tx.scalars(select(Contact)).one()
        person, _ = known_as(tx, Described(phone=CALLER), vault=vault, at=at)
        case = Case(id=new_id(at), subject_person_id=person.id, owner_id=hana, topic="loneliness", opened_at=at)
        case.triage_level, case.first_contact_at, case.clock_from = "urgent", at, at
        contact.owner_id, contact.state = hana, "draft"
        tx.add(case)
        tx.flush()
        contact.case_id = case.id
        for row in hanging_on(contact, case, hana, vault, at):
            tx.add(row)
            tx.flush()
        tables: dict[str, Any] = {
            "visit_id": Visit,
            "dispatch_id": Dispatch,
            "voicemail_id": Voicemail,
            "callback_id": Callback,
            "screening_id": Screening,
            "referral_id": Referral,
        }
        ids: dict[str, UUID] = {part: tx.scalars(select(table.id)).one() for part, table in tables.items()}
        subject = case.subject_person_id
    agreed = agreed_with(house, hana, case.id, subject)
    return {"contact_id": contact.id, "case_id": case.id, "person_id": subject, **ids, **agreed}


def hanging_on(contact: Contact, case: Case, hana: UUID, vault: Vault, at: datetime) -> Iterator[Any]:
    sealed = vault.seal("비밀")
    duty = Duty(id=new_id(at), kind="voicemail", team="counselors", owner_id=hana, contact_id=contact.id, created_at=at)
    duty.opens_at = duty.due_at = duty.watch_at = at
    yield duty
    asked: dict[str, Any] = {
        "case_id": case.id, "contact_id": contact.id, "person_id": case.subject_person_id, "triage_level": "urgent",
        "requested_at": at, "requested_by": hana, "acknowledge_by": at,
    }  # fmt: skip
    visit = Visit(id=new_id(at), district="11680", address_cipher=sealed, reason_cipher=sealed, visit_by=at, **asked)
    visit.consent = "given"
    yield visit
    dispatch = Dispatch(id=new_id(at), kind="119", place_cipher=sealed, danger_cipher=sealed, **asked)
    dispatch.place_source, dispatch.place_confidence = "caller", "exact"
    yield dispatch
    voicemail = Voicemail(id=new_id(at), contact_id=contact.id, recording="RE1", seconds=9, recorded_at=at)
    voicemail.duty_id, voicemail.transcript_cipher, voicemail.transcribed_at = duty.id, sealed, at
    yield voicemail
    promised = Callback(id=new_id(at), contact_id=contact.id, duty_id=duty.id, why="asked", state="scheduled")
    promised.priority, promised.queue, promised.language, promised.about = "normal", "loneliness", "ko", "self"
    promised.place_at = promised.due_at = promised.requested_at = at
    yield promised
    asked_of = {"contact_id": contact.id, "case_id": case.id, "asked_by": hana, "started_at": at}
    screening = Screening(id=new_id(at), instrument="ucla3", instrument_version=1, state="started", **asked_of)
    screening.answers_cipher = vault.seal("{}")
    yield screening
    referral = Referral(id=new_id(at), case_id=case.id, to_partner="복지관", consent="given", referred_by=hana)
    referral.created_at, referral.purpose_cipher = at, vault.seal("비밀")
    yield referral


def agreed_with(house: House, hana: UUID, case_id: UUID, person_id: UUID) -> dict[str, UUID]:
    """Let hana write down all that can be agreed with somebody."""
    desk, today = house.sign_in("hana"), datetime.now(UTC).date()
    tomorrow, day = (str(today + timedelta(days=days)) for days in (1, 30))
    safety = desk.put(f"/api/people/{person_id}/safety-plan", json={"version": 0, "words": SAFETY})
    assert safety.status_code == 200, safety.text
    words = care_words(review_on=day, expires_on=day)
    calls = {**TUESDAYS, "first_on": tomorrow, "every_weeks": 4, "on_holiday": "keep", "companion_id": str(hana)}
    asked = {
        "plan_id": (f"people/{person_id}/care-plan", words),
        "rhythm_id": (f"cases/{case_id}/companion-rhythms", calls),
        "check_id": (f"cases/{case_id}/welfare-checks", {"reason": "사흘째 연락이 닿지 않음"}),
    }
    made = {part: desk.post(f"/api/{path}", json=body) for part, (path, body) in asked.items()}
    assert {reply.status_code for reply in made.values()} == {201}
    return {part: UUID(reply.json()["id"]) for part, reply in made.items()}


def test_who_has_nothing_to_do_with_somebody_finds_nothing_of_theirs_by_id(
    house: House, somebody: dict[str, UUID]
) -> None:
    duri, hana = house.sign_in("duri"), house.sign_in("hana")
    asked = [path for path, permission in READS if permission in ROLES["counselor"]]
    assert len(asked) > 5
    for path in asked:
        address = path.format(**somebody)
        assert duri.get(address).status_code == 404, f"{path}: compile its reach (casework/queries/reach.py)"
    assert hana.get(f"/api/contacts/{somebody['contact_id']}").status_code == 200, "it is there"
    for listed in (
        "contacts?view=recent",
        "cases",
        "visits",
        "dispatches",
        "voicemails",
        "callbacks",
        "referrals?view=mine",
        *AGREED,
    ):
        assert duri.get(f"/api/{listed}").json() == [], listed
        assert len(hana.get(f"/api/{listed}").json()) == 1, listed


def test_whatever_shows_somebody_leaves_a_trace(house: House, somebody: dict[str, UUID]) -> None:
    sun = house.sign_in("sun")

    def traces() -> int:
        with house.world.sessions() as tx:
            return tx.scalar(select(func.count()).select_from(AccessEntry)) or 0

    for path, permission in READS:
        if permission in ROLES["supervisor"]:
            before, reply = traces(), sun.get(path.format(**somebody))
            assert reply.status_code in {200, 404, 409}, path
            expected = reply.status_code == 200 and path not in NO_TRACE
            assert traces() - before == expected, f"{path}: write the look down (core/access_log.py), or say why not"
    assert set(NO_TRACE) <= {path for path, _ in READS}
