"""The documents the network understands are a part of those the provider understands."""

import inspect
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml import voice_response

from simulator import document, schema
from simulator.failures import Failure

HOLDERS = {
    "Number": voice_response.Dial,
    "Client": voice_response.Dial,
    "Sip": voice_response.Dial,
    "Conference": voice_response.Dial,
    "Queue": voice_response.Dial,
    "Parameter": voice_response.Client,
    "Identity": voice_response.Client,
}


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@pytest.mark.parametrize("name", sorted(schema.SHAPES))
def test_the_provider_knows_every_attribute_we_know(name: str) -> None:
    method = getattr(HOLDERS.get(name, voice_response.VoiceResponse), name.lower())
    known = {camel(parameter) for parameter in inspect.signature(method).parameters}
    assert set(schema.SHAPES[name].attributes) <= known


@pytest.mark.parametrize("name", sorted(schema.SHAPES))
def test_what_stands_inside_a_verb_is_described_too(name: str) -> None:
    assert schema.SHAPES[name].children <= set(schema.SHAPES)


def test_speech_mark_up_is_read_past() -> None:
    body = b'<Response><Say>\n a <emphasis level="strong">b</emphasis><break/> c </Say></Response>'
    [say] = document.read(body).verbs
    assert say.text == "a b c"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(Failure):
        assert document.read(body).verbs is not None


@given(st.text(max_size=100))
def test_any_text_inside_say_comes_out_as_it_went_in(text: str) -> None:
    response = voice_response.VoiceResponse()
    response.say(text)
    try:
        verbs = document.read(response.to_xml().encode("utf-8", "surrogatepass")).verbs
    except Failure:
        return
    assert verbs[0].text.split() == "".join(c if c != "\r" else "\n" for c in text).split()


def test_every_fault_of_a_document_is_named() -> None:
    with pytest.raises(Failure) as refused:
        document.read(b'<Response><Fly/><Gather numDigits="0" speed="1"><Dial>1</Dial></Gather><Say/></Response>')
    for word in ("Fly", "numDigits", "speed", "Dial", "needs text"):
        assert word in refused.value.message
