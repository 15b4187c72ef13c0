"""Secrets stay secret, and what was sealed can be opened again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.phone import read_address, require_number
from core.security import Vault, hash_password, mask, mask_name, password_matches

KEYS = Vault({"k1": b"1" * 32}, b"f" * 32)


@given(st.text())
def test_what_is_sealed_opens_again_and_never_looks_the_same_twice(words: str) -> None:
    assert KEYS.open(KEYS.seal(words)) == words
    assert KEYS.seal(words) != KEYS.seal(words)


def test_a_rotated_key_still_opens_what_the_old_one_sealed() -> None:
    rotated = Vault({"k2": b"2" * 32, "k1": b"1" * 32}, b"f" * 32)
    assert rotated.open(KEYS.seal("secret")) == "secret"
    assert rotated.seal("x").startswith("k2:")


@given(st.text())
def test_what_is_sealed_under_a_matters_own_key_opens_with_it_and_never_without(words: str) -> None:
    key = KEYS.new_key()
    own = KEYS.under("p1", key)
    sealed = own.seal(words)
    assert sealed.startswith("p1:")
    assert own.open(sealed) == words
    assert own.open(KEYS.seal(words)) == words, "what the vault sealed opens too"
    found = Vault(KEYS.keys, KEYS.fingerprint_key, lookup={"p1": key}.get)
    assert found.open(sealed) == words
    dropped = Vault(KEYS.keys, KEYS.fingerprint_key, lookup={"p2": key}.get)
    for without in (KEYS, dropped):
        with pytest.raises(Invalid):
            without.open(sealed)


def test_a_matters_key_outlives_the_rotation_of_the_vaults() -> None:
    key = KEYS.new_key()
    sealed = KEYS.under("p1", key).seal("secret")
    rotated = Vault({"k2": b"2" * 32, "k1": b"1" * 32}, b"f" * 32)
    renewed = rotated.seal(rotated.open(key))
    newest = Vault({"k2": b"2" * 32}, b"f" * 32, lookup={"p1": renewed}.get)
    assert newest.open(sealed) == "secret"


@pytest.mark.parametrize("broken", ["", "k1:", "k9:AAAA", "k1:not base64", "k1:" + "A" * 60])
def test_an_altered_seal_is_refused(broken: str) -> None:
    with pytest.raises(Invalid):
        KEYS.open(broken)


@given(st.text(), st.text())
def test_fingerprints_are_equal_exactly_for_equal_words(one: str, two: str) -> None:
    assert (KEYS.fingerprint(one) == KEYS.fingerprint(two)) == (one == two)


@given(st.text(alphabet=st.characters(exclude_characters="•"), max_size=40))
def test_a_mask_never_shows_more_than_a_third(words: str) -> None:
    assert len(mask(words)) == len(words)
    assert len(words) - mask(words).count("•") <= len(words) // 3


def test_a_masked_name_shows_its_first_character() -> None:
    assert mask_name("김외로움") == "김○○○"
    assert mask_name("") == ""


def test_a_password_matches_only_itself() -> None:
    hashed = hash_password("goodbye loneliness")
    assert password_matches("goodbye loneliness", hashed)
    assert not password_matches("goodbye lonelines", hashed)
    assert not password_matches("x", "not a hash")


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        ("+821012345678", "number", "+821012345678"),
        ("010-1234-5678", "number", "+821012345678"),
        ("02-984-6777", "number", "+8229846777"),
        ("119", "short", "119"),
        ("1577-0199", "short", "15770199"),
        ("sip:01012345678@pbx.example", "number", "+821012345678"),
        ("sip:front-desk@pbx.example", "sip", "sip:front-desk@pbx.example"),
        ("client:hana", "client", "hana"),
        ("anonymous", "withheld", ""),
        ("sip:anonymous@anonymous.invalid", "sip", "sip:anonymous@anonymous.invalid"),
        ("", "withheld", ""),
        ("+266696687", "withheld", ""),
        ("🙂", "withheld", ""),
        ("١٢٣", "withheld", ""),
    ],
)
def test_an_address_is_read_as_what_it_is(raw: str, kind: str, value: str) -> None:
    address = read_address(raw)
    assert (address.kind, address.value) == (kind, value)


@given(st.text())
def test_no_address_ever_breaks_the_reader(raw: str) -> None:
    read_address(raw)


def test_a_typed_number_that_is_none_is_refused_with_an_example() -> None:
    with pytest.raises(Invalid, match="010-1234-5678"):
        require_number("call me")
