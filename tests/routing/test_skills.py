"""Who is asked first for a caller's need, and whom else in time; nobody loses their place by it."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

import httpx
import pytest
from redis import Redis

import routing.service as queue
from core import audit
from core.db import Sessions
from core.errors import Invalid, NotFound
from core.staff import Staff
from routing import view
from routing.needs import load_needs
from tests.routing.desk import CONFIG, Desk, actor, contact
from tests.routing.serving import hire, routes_of, serve

NUMBERS = replace(CONFIG, needs=load_needs(), offer_seconds=500, lease_seconds=900)


@pytest.fixture
def desk(sessions: Sessions, redis: Redis) -> Desk:
    noon = datetime.fromisoformat("2026-11-24T12:00:00+09:00")
    return Desk(sessions, redis, noon, NUMBERS)


def after(desk: Desk, seconds: float) -> None:
    desk.later(seconds)
    desk.sweep()


def states(desk: Desk, name: str) -> list[str]:
    with desk.sessions() as tx:
        line = view.line_view(tx, "loneliness", NUMBERS, desk.at)
    (shown,) = (entry for entry in line if entry["contact_id"] == contact(name))
    return [step["state"] for step in shown["steps"]]


def test_a_need_asks_those_with_the_skill_then_more_then_everybody(desk: Desk) -> None:
    desk.sit("minji", skills=("youth",))
    desk.call("busy", need="youth")
    desk.talk("busy")
    desk.sit("hana")
    desk.call("A", need="youth")
    assert (desk.to("A"), states(desk, "A")) == (None, ["active", "inactive", "inactive"])
    after(desk, 59)
    assert desk.to("A") is None
    desk.call("B")
    assert desk.to("B") == "hana", "who needs nothing in particular is not held up"
    desk.sit("sena", skills=("senior",))
    assert desk.to("A") is None
    after(desk, 1)
    assert (desk.to("A"), states(desk, "A")) == ("sena", ["joined", "active", "inactive"])
    offer = desk.offer("A")
    assert offer is not None
    assert offer.why.startswith("청년 · young people; ")
    desk.reject("A")
    desk.sit("duri")
    assert desk.to("A") is None
    after(desk, 60)
    assert (desk.to("A"), states(desk, "A")) == ("duri", ["joined", "joined", "active"])
    assert desk.agrees()


def test_a_step_that_nobody_on_shift_fits_is_passed_over_at_once(desk: Desk) -> None:
    desk.sit("hana")
    desk.call("A", need="youth")
    assert (desk.to("A"), states(desk, "A")) == ("hana", ["expired", "expired", "active"])
    desk.sit("minji", "break", skills=("youth",))
    desk.sit("sena", skills=("senior",))
    desk.call("B", need="youth")
    assert (desk.to("B"), states(desk, "B")) == ("sena", ["expired", "active", "inactive"])


def test_a_step_is_passed_over_when_the_last_who_fits_goes(desk: Desk) -> None:
    desk.sit("minji", skills=("youth",))
    desk.call("busy")
    desk.talk("busy")
    desk.sit("hana")
    desk.call("A", need="youth")
    assert desk.to("A") is None
    desk.sit("minji", "break", skills=("youth",))
    assert desk.to("A") == "hana", "whoever goes after the call they are in takes nobody any more"


def test_a_skill_counts_in_the_callers_language_only(desk: Desk) -> None:
    desk.sit("minji", skills=("youth",))
    desk.sit("hana", languages=("ko", "en"))
    desk.call("A", language="en", need="youth")
    assert desk.to("A") == "hana"


def test_widening_keeps_the_place(desk: Desk) -> None:
    desk.sit("minji", skills=("youth",))
    desk.call("busy")
    desk.talk("busy")
    desk.call("first", need="youth", ago=130)
    desk.call("second", ago=100)
    desk.call("third", need="youth", ago=90)
    desk.redis.flushdb()
    desk.sweep()
    for login in ("hana", "duri"):
        desk.sit(login)
    assert [desk.to(name) for name in ("first", "second", "third")] == ["hana", "duri", None]
    assert desk.agrees()


def test_whoever_is_in_danger_needs_whoever_is_free_first(desk: Desk) -> None:
    desk.sit("minji", skills=("youth",))
    desk.call("busy")
    desk.talk("busy")
    desk.sit("hana")
    desk.call("A", need="youth")
    assert desk.danger("A")
    assert desk.to("A") == "hana"
    desk.sit("duri")
    desk.call("D", "danger", need="youth", own="minji")
    assert desk.to("D") == "duri"
    assert desk.agrees()


def test_a_caller_with_a_counselor_of_their_own_is_kept_for_them_and_no_longer_than_configured(desk: Desk) -> None:
    desk.sit("hana")
    desk.sit("minji")
    desk.call("A", own="minji")
    offer = desk.offer("A")
    assert offer is not None
    assert (offer.counselor_login, offer.why.split(";")[0]) == ("minji", "담당 상담사 · their own counselor")
    desk.talk("A")
    desk.call("B", own="minji")
    desk.call("C")
    assert (desk.to("B"), desk.to("C")) == (None, "hana"), "who waits for somebody holds nobody up"
    desk.sit("duri")
    after(desk, NUMBERS.preferred_seconds)
    assert desk.to("B") == "duri"
    assert desk.entry("B").preferred_id is None
    assert desk.agrees()


@pytest.mark.parametrize("activity", ["break", "offline"])
def test_nobody_is_kept_for_a_counselor_who_is_away_or_goes(desk: Desk, activity: str) -> None:
    desk.sit("duri", activity)
    desk.sit("minji")
    desk.call("busy", own="minji")
    desk.talk("busy")
    desk.sit("hana")
    desk.call("A", own="duri")
    assert desk.to("A") == "hana"
    desk.sit("sena")
    desk.call("B", own="minji")
    assert desk.to("B") is None
    desk.sit("minji", activity)
    assert desk.to("B") == "sena"
    desk.call("C", own="nobody")
    assert desk.agrees()


def test_a_caller_is_kept_through_a_lost_board(desk: Desk) -> None:
    desk.sit("minji")
    desk.call("busy", own="minji")
    desk.talk("busy")
    desk.sit("hana")
    desk.call("A", own="minji")
    desk.redis.flushdb()
    desk.sweep()
    assert desk.to("A") is None
    after(desk, NUMBERS.preferred_seconds)
    assert desk.to("A") == "hana"


def test_a_caller_is_kept_once_and_only_before_they_are_let_in(desk: Desk) -> None:
    minji = desk.sit("minji")

    def prefer(name: str, to: UUID) -> bool:
        with desk.sessions.begin() as tx:
            return queue.prefer(tx, contact(name), to, board=desk.board, at=desk.at)

    desk.write("A")
    assert [prefer("A", minji), prefer("A", minji), prefer("nobody", minji)] == [True, False, False]
    desk.call("B")
    assert not prefer("B", minji)


def test_a_conversation_that_goes_on_in_the_queue_keeps_its_need_or_has_the_one_it_is_sent_for(desk: Desk) -> None:
    desk.sit("hana")
    for name, need in (("A", None), ("B", "grief")):
        desk.call(name, need="youth")
        desk.talk(name)
        onward = queue.Onward(uuid4(), "loneliness", need=need)
        with desk.sessions.begin() as tx:
            went = queue.go_on(tx, contact(name), onward, board=desk.board, at=desk.at)
            assert went.need == (need or "youth")
        desk.finish(name)
        desk.wrap_up("hana")
        desk.sit("hana")
        if name == "A":
            with desk.sessions.begin() as tx:
                queue.leave(tx, onward.contact_id, "abandoned", board=desk.board, at=desk.at)


def test_skills_are_given_to_a_seat_at_once_and_to_who_sits_down_later(desk: Desk) -> None:
    minji = desk.sit("minji", skills=("youth",))
    desk.call("busy")
    desk.talk("busy")
    hana = desk.sit("hana")
    desk.call("A", need="youth")
    with desk.sessions.begin() as tx:
        for login in ("minji", "hana"):
            key = actor(login).id
            tx.add(Staff(id=key, login=login, name=login, role="counselor", password_hash="-"))
    with desk.sessions.begin() as tx:
        given = queue.set_skills(tx, hana, ["senior", "youth"], board=desk.board, at=desk.at)
        assert given == ["youth", "senior"]
    assert desk.to("A") == "hana"
    with desk.sessions.begin() as tx:
        found = tx.get(Staff, hana)
        assert found is not None
        assert found.skills == "youth,senior"
        queue.set_skills(tx, minji, [], board=desk.board, at=desk.at)
    assert desk.seat("minji").skills == []
    assert desk.agrees()
    with desk.sessions.begin() as tx, pytest.raises(Invalid, match="no skill"):
        queue.set_skills(tx, hana, ["chess"], board=desk.board, at=desk.at)
    with desk.sessions.begin() as tx, pytest.raises(NotFound):
        queue.set_skills(tx, uuid4(), [], board=desk.board, at=desk.at)


def test_the_outlook_counts_only_seats_that_are_asked(desk: Desk) -> None:
    desk.sit("minji", skills=("youth",))
    desk.call("busy", need="youth")
    desk.talk("busy")
    for name in ("first", "second"):
        desk.call(name, need="youth")
    told = desk.board.outlook(contact("second"), desk.at)
    assert told.standing is not None
    assert (told.place, told.standing.size, told.standing.staffed) == (2, 2, 1)


def test_a_supervisor_says_what_a_counselor_is_asked_for_and_it_is_written_down(desk: Desk, clean_redis: str) -> None:
    tokens = {"hana": hire(desk, "hana", "counselor"), "sun": hire(desk, "sun", "supervisor")}
    with serve(routes_of(desk, clean_redis)) as address, ExitStack() as open_ones:
        hana, sun = (
            open_ones.enter_context(httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"}))
            for token in tokens.values()
        )
        assert hana.get("/api/needs").json()["skills"] == list(NUMBERS.needs.skills)
        path = f"/api/seats/{actor('hana').id}/skills"
        assert [sun.put(path, json={"skills": ["youth"]}).json()["skills"] for _ in range(2)] == [["youth"]] * 2
        hana.put("/api/seat/activity", json={"activity": "available"})
        assert [seat["skills"] for seat in sun.get("/api/seats").json()] == [["youth"]]
        desk.call("A", need="youth")
        seat = hana.get("/api/seat").json()
        assert (seat["skills"], seat["offer"]["need"]) == (["youth"], "youth")
        (waiting,) = sun.get("/api/queues/loneliness/entries").json()
        assert (waiting["need"], waiting["preferred_id"]) == ("youth", None)
        assert waiting["steps"][0] == {"after_s": 0, "skills": ["youth"], "state": "active"}
        wrong: list[object] = [{"skills": ["chess"]}, {"skills": "youth"}, {"skills": [], "more": 1}, {}, []]
        assert [sun.put(path, json=body).status_code for body in wrong] == [422] * 5
        assert sun.put(f"/api/seats/{uuid4()}/skills", json={"skills": []}).status_code == 404
        assert hana.put(path, json={"skills": []}).status_code == 403
        assert httpx.get(f"{address}/api/needs").status_code == 401
    with desk.sessions() as tx:
        written = audit.entries(tx, of=("seat", actor("hana").id))
        assert [(entry.action, entry.detail) for entry in written] == [("seat.skills", {"skills": "youth"})] * 2
