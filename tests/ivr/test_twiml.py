"""Every reply holds only what the provider knows; its own library is the oracle."""

import inspect
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import voice_response

from ivr.catalog import load
from ivr.degraded import music, to_duty_desk
from ivr.flow import step
from ivr.inbound import Request
from ivr.spot import Spot
from ivr.twiml import Wording, counselor_place, render
from ivr.verbs import Say
from tests.ivr.test_flow import events, spots

FLOW = load().newest
WORDING = Wording(
    "https://line.example", desks=(("duty", "+82212345678"), ("care", "sip:care@pbx.example")), caller_id="120"
)
SPELLED = {"waitUrl": "wait_url", "numDigits": "num_digits"}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", r"_\1", name).lower().replace("caller_id", "caller_id")


def known(parent: str, element: ET.Element) -> None:
    """Fail where the library's class for `parent` has no such child, or the child no such attribute."""
    method = getattr(getattr(voice_response, "VoiceResponse" if parent == "Response" else parent), snake(element.tag))
    allowed = set(inspect.signature(method).parameters)
    assert {snake(name) for name in element.attrib} <= allowed, (element.tag, element.attrib)
    for child in element:
        known(element.tag, child)


def check(body: bytes) -> ET.Element:
    assert body.startswith(b"<?xml")
    assert len(body) < 64 * 1024
    root = ET.fromstring(body)  # noqa: S314 - our own words
    assert root.tag == "Response"
    for child in root:
        known("Response", child)
    for verb, after in pairwise(root):
        assert verb.tag not in {"Redirect", "Hangup", "Enqueue", "Leave"}, f"{after.tag} is never reached"
    return root


@given(spots, events)
def test_every_step_is_written_in_words_the_provider_knows(spot: Spot, event: object) -> None:
    check(render(step(FLOW, spot, event).verbs, WORDING, "CA" + "0" * 32))  # type: ignore[arg-type]


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")))
def test_no_words_break_the_reply(words: str) -> None:
    root = check(render((Say(words, "ko"),), WORDING))
    assert (root[0].text or "") == words


def test_the_rest_is_known_to_the_provider_too() -> None:
    check(counselor_place("CA1", WORDING, "offer-1", "/ivr/parted?x=1&y=2"))
    check(music(WORDING))
    for wording in (WORDING, Wording("https://line.example")):
        check(to_duty_desk(FLOW, wording, Request("fallback", {}, {}, "CA1")))


@pytest.mark.parametrize(
    "spot", [Spot(1, "door", 3), Spot(1, "queue", 9, language="en", about="other", reachable=True)]
)
def test_the_next_address_brings_the_spot_back(spot: Spot) -> None:
    from ivr.events import Returned
    from ivr.spot import read_spot

    root = check(render(step(FLOW, spot, Returned()).verbs, WORDING))
    verb = next(v for v in root if "action" in v.attrib)
    query = verb.attrib["action"].split("?", 1)[1].split("#", 1)[0]
    assert read_spot(query).language == spot.language
