"""What the provider signed is believed, and nothing else; its own validator is the oracle."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import FormData, UploadFile
from twilio import request_validator

from ivr.signature import Keys, is_genuine, read_form, signed, spellings

TOKEN = "12345"
RequestValidator: Any = request_validator.RequestValidator
URL = "https://example.com/myapp.php?foo=1&bar=2"
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
fields = st.lists(st.tuples(names, words), max_size=25)


def _data(form: list[tuple[str, str]]) -> FormData:
    return FormData(list[tuple[str, str | UploadFile]](form))


def genuine(signature: str, url: str, form: list[tuple[str, str]], keys: Keys | None = None) -> bool:
    signers = (keys or Keys((TOKEN,), {})).signers(None)
    return is_genuine(signature, spellings(url, "rc=2&rp=all"), signed(form), signers)


def test_the_published_example_is_genuine() -> None:
    form = [
        ("CallSid", "CA1234567890ABCDE"), ("Caller", "+14158675310"), ("Digits", "1234"), ("From", "+14158675310"),
        ("To", "+18005551212"),
    ]  # fmt: skip
    assert genuine("L/OH5YylLD5NRKLltdqwSvS0BnU=", URL, form)
    assert not genuine("L/OH5YylLD5NRKLltdqwSvS0BnU=", URL, [*form, ("More", "")])
    assert not genuine("L/OH5YylLD5NRKLltdqwSvS0BnU=", URL.replace("1", "2"), form)


@given(fields)
def test_our_signature_is_the_providers_for_every_form(form: list[tuple[str, str]]) -> None:
    oracle = RequestValidator(TOKEN)
    assert genuine(oracle.compute_signature(URL, _data(form)), URL, form)


@given(
    fields, st.sampled_from(["https://h.kr", "https://h.kr:443", "http://h.kr:80", "http://h.kr", "http://h.kr:8120"])
)
def test_a_port_may_be_written_or_not(form: list[tuple[str, str]], base: str) -> None:
    oracle = RequestValidator(TOKEN)
    for signed_as in ("https://h.kr/x", "https://h.kr:443/x"):
        mine = genuine(oracle.compute_signature(signed_as, _data(form)), f"{base}/x", form)
        assert mine == oracle.validate(f"{base}/x", _data(form), oracle.compute_signature(signed_as, _data(form)))


@given(fields, fields)
def test_no_other_form_passes_for_a_signed_one(form: list[tuple[str, str]], other: list[tuple[str, str]]) -> None:
    signature = RequestValidator(TOKEN).compute_signature(URL, _data(form))
    assert genuine(signature, URL, other) == (signed(form) == signed(other))


@given(fields)
def test_a_form_is_read_as_the_library_reads_it(form: list[tuple[str, str]]) -> None:
    assert read_form(urlencode(form).encode()) == form


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    signed(read_form(body))


@pytest.mark.parametrize("body", [b"a=%", b"a=%zz&b=%f", b"&&&=&=b", b"a==b", b"%00=%00", b"\xff=\xfe", b"a=%ff"])
def test_broken_escapes_are_read_somehow(body: bytes) -> None:
    assert isinstance(read_form(body), list)


def test_the_token_before_the_current_one_still_counts() -> None:
    old = RequestValidator("old").compute_signature(URL, _data([("a", "b")]))
    assert genuine(old, URL, [("a", "b")], Keys(("new", "old"), {}))
    assert not genuine(old, URL, [("a", "b")], Keys(("new",), {}))


def test_a_shared_key_signs_with_sha256() -> None:
    form = [("CallSid", "CA1"), ("Digits", "")]
    text = URL.encode() + signed(form)
    made = base64.b64encode(hmac.new(b"shared", text, hashlib.sha256).digest()).decode()
    keys = Keys((TOKEN,), {"SK9": "shared"})
    assert is_genuine(made, [URL], signed(form), keys.signers("key=SK9,algorithm=HMAC_SHA256"))
    for wrong in ("key=SK8,algorithm=HMAC_SHA256", "key=SK9,algorithm=HMAC_SHA1", "nonsense", "", "key=SK9"):
        assert not is_genuine(made, [URL], signed(form), keys.signers(wrong))


def test_our_own_overrides_may_be_in_the_signed_address() -> None:
    with_fragment = RequestValidator(TOKEN).compute_signature(f"{URL}#rc=2&rp=all", _data([]))
    assert genuine(with_fragment, URL, [])


def test_a_query_is_signed_byte_for_byte() -> None:
    plus = f"https://h.kr/x?a={quote_plus('a b')}"
    signature = RequestValidator(TOKEN).compute_signature(plus, _data([]))
    assert genuine(signature, plus, [])
    assert not genuine(signature, plus.replace("+", "%20"), [])


@given(st.text(max_size=60))
def test_no_claimed_signature_breaks_the_check(claimed: str) -> None:
    assert not genuine(claimed, URL, [("a", "b")])
