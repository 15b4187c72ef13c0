"""The web service as a whole: it describes itself, plays its sounds, and answers wrong addresses clearly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ivr.webhooks import ANSWERS
from tests.guards.tree import ROOT
from tests.house import House, open_house

PROBLEM = "application/problem+json"


def test_the_description_is_served_with_webhooks_and_routes(house: House) -> None:
    document = house.provider.get(f"{house.url}/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert set(document["paths"]) >= {*ANSWERS, "/api/session", "/api/offers/{offer_id}/accept", "/metrics"}
    voice = document["paths"]["/ivr/voice"]["post"]
    fields = voice["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"]
    assert {"CallSid", "From", "To", "CallStatus"} <= set(fields)


def test_the_music_for_waiting_is_served(house: House) -> None:
    reply = house.provider.get(f"{house.url}/ivr/sounds/waiting.wav")
    assert (reply.status_code, reply.headers["content-type"]) == (200, "audio/wav")
    assert reply.content[:4] + reply.content[8:12] == b"RIFFWAVE"


@pytest.mark.parametrize("name", ["none", "..%2f..%2fapp%2fmain", "waiting%00", "%2e%2e", "대기", "a" * 5000])
def test_a_sound_that_is_none_is_not_found(house: House, name: str) -> None:
    reply = house.provider.get(f"{house.url}/ivr/sounds/{name}.wav")
    assert (reply.status_code, reply.headers["content-type"]) == (404, PROBLEM)


@pytest.mark.parametrize("path", ["/nowhere", "/api", "/ivr/voice/", "/ivr", "/api/me/", "/%00", "//ivr/voice"])
def test_a_wrong_address_is_not_found(house: House, path: str) -> None:
    reply = house.provider.get(house.url + path)
    assert (reply.status_code, reply.headers["content-type"]) == (404, PROBLEM)


@pytest.mark.parametrize(("method", "path"), [("DELETE", "/api/me"), ("PUT", "/ivr/voice"), ("POST", "/health")])
def test_a_wrong_method_is_told_so(house: House, method: str, path: str) -> None:
    reply = house.provider.request(method, house.url + path)
    assert (reply.status_code, reply.headers["content-type"]) == (405, PROBLEM)


def test_signing_in_and_out_over_http(house: House) -> None:
    client = house.sign_in("hana")
    me = client.get("/api/me").json()
    assert (me["login"], me["role"]) == ("hana", "counselor")
    assert client.delete("/api/session").status_code == 204
    reply = client.get("/api/me")
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")


def test_misses_are_counted_although_they_are_refused(house: House) -> None:
    wrong = {"login": "hana", "password": "wrong"}
    replies = [house.provider.post(f"{house.url}/api/session", json=wrong) for _ in range(5)]
    right = {"login": "hana", "password": "goodbye-loneliness"}
    replies.append(house.provider.post(f"{house.url}/api/session", json=right))
    assert {reply.status_code for reply in replies} == {401}
    assert len({reply.text for reply in replies}) == 1, "nobody is told which of the two was wrong"


@pytest.mark.parametrize("login", ["a\0b", "x" * 61, "", 7, None])
def test_a_login_that_cannot_be_one_is_refused(house: House, login: object) -> None:
    reply = house.provider.post(f"{house.url}/api/session", json={"login": login, "password": "x"})
    assert (reply.status_code, reply.headers["content-type"]) == (422, PROBLEM)


def test_readiness_names_what_does_not_answer(house: House) -> None:
    reply = house.provider.get(f"{house.url}/health/ready")
    assert (reply.status_code, reply.json()) == (200, {"status": "ready"})


def test_readiness_without_redis_says_so_and_the_process_is_alive(clean_database: str, tmp_path: Path) -> None:
    with open_house(clean_database, "redis://127.0.0.1:9", tmp_path, relay=False) as house:
        reply = house.provider.get(f"{house.url}/health/ready")
        assert reply.status_code == 503
        assert reply.json()["detail"].startswith("Redis cannot be reached.")
        assert house.provider.get(f"{house.url}/health").status_code == 200


def test_wrong_settings_end_the_process_with_words_and_no_trace(tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PORT": "many"}
    command = [sys.executable, "-m", "app", "migrate"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "PORT: " in done.stderr
    assert "DATABASE_URL is not set" in done.stderr
    assert "Traceback" not in done.stderr
