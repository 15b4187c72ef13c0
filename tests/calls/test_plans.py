"""What was agreed with a caller is there when they call: their counselor first, their plan shown, danger before all."""

from datetime import UTC, datetime, timedelta

from casework.service.people import Described, known_as
from tests.calls.conftest import Line
from tests.casework.agreed import SAFETY, care_words
from tests.house import CALLER


def agreed_with_the_caller(line: Line, preferred: str) -> None:
    """Agree on a care plan and a safety plan with whoever has the caller's number."""
    world, at = line.house.world, datetime.now(UTC)
    with world.sessions.begin() as tx:
        person, _ = known_as(tx, Described(name="김영수", phone=CALLER), vault=world.settings.vault, at=at)
    sun = line.house.sign_in("sun")
    day = (at + timedelta(days=30)).date().isoformat()
    words = care_words(preferred=[preferred], review_on=day, expires_on=day)
    made = sun.post(f"/api/people/{person.id}/care-plan", json=words)
    assert made.status_code == 201, made.text
    moved = sun.post(f"/api/care-plans/{made.json()['id']}/move", json={"state": "active", "version": 1})
    assert moved.status_code == 200, moved.text
    plan = {"version": 0, "words": SAFETY}
    assert sun.put(f"/api/people/{person.id}/safety-plan", json=plan).status_code == 200


def test_a_caller_with_a_plan_is_offered_to_their_counselor_and_in_danger_to_whoever_is_there(ivr_line: Line) -> None:
    hana, _sena, duri = (ivr_line.counselor(login) for login in ("hana", "sena", "duri"))
    agreed_with_the_caller(ivr_line, duri.seat()["counselor_id"])
    in_danger = ivr_line.telephone.dial(CALLER)
    in_danger.press("0")
    contact = hana.accept()
    in_danger.talks()
    hana.comes_to("on_contact")
    (known,) = hana.client.get(f"/api/contacts/{contact}/plans").json()
    assert known["safety_plan"]["words"]["people"][0]["phone"] == "+821022223333"
    in_danger.hangs_up()
    hana.comes_to("wrapping")
    caller = ivr_line.telephone.dial(CALLER)
    caller.press("5", "1")
    offer = duri.offered()
    assert offer["hints"] == ["care_plan", "safety_plan"]
    (known,) = duri.client.get(f"/api/contacts/{offer['contact_id']}/plans").json()
    assert known["person"]["name"] == "김○○"
    assert known["care_plan"]["words"]["helps"] == ["이름을 불러 드린다"]
    assert known["safety_plan"]["words"]["people"][0]["phone"].startswith("•")
    caller.hangs_up()
