"""A resident registration number is refused however it is written, and nothing else is taken for one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.words import fit, has_resident_number, without_resident_numbers

SEPARATORS = ["", "-", " ", " - ", "–", "−", ".", "/", "~", "·", "\u200b-"]


@st.composite
def resident_numbers(draw: st.DrawFn) -> str:
    """Make one as a national or a foreigner would have it, in any of the ways people write it."""
    born = draw(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
    kinds = "1256" if born.year < 2000 else "3478"
    rest = draw(st.integers(0, 999_999))
    number = f"{born:%y%m%d}{draw(st.sampled_from(SEPARATORS))}{draw(st.sampled_from(kinds))}{rest:06}"
    if draw(st.booleans()):
        number = number.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    return number


LOCAL = st.integers(2000, 9999)
LAST = st.integers(0, 9999)
TELEPHONES = st.one_of(
    st.builds("010-{:04}-{:04}".format, LAST, LAST),
    st.builds("010{:04}{:04}".format, LAST, LAST),
    st.builds("010 {:04} {:04}".format, LAST, LAST),
    st.builds("+8210{:04}{:04}".format, LAST, LAST),
    st.builds("0082-10-{:04}-{:04}".format, LAST, LAST),
    st.builds("02-{:04}-{:04}".format, LOCAL, LAST),
    st.builds("02{:03}{:04}".format, st.integers(200, 999), LAST),
    st.builds("0{}-{:03}-{:04}".format, st.integers(31, 64), st.integers(200, 999), LAST),
    st.builds("050{}-{:04}-{:04}".format, st.integers(2, 8), LAST, LAST),
    st.builds("1577-{:04}".format, LAST),
)
CASE_NUMBERS = st.one_of(
    st.uuids().map(str),
    st.builds("2026-{:06}".format, st.integers(0, 999_999)),
    st.builds("{:%Y%m%d}-{:06}".format, st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(0, 999_999)),
    st.builds("{:%Y%m%d}{:05}".format, st.dates(date(2013, 1, 1), date(2040, 1, 1)), st.integers(0, 99_999)),
    st.datetimes().map(str),
)


@given(resident_numbers(), st.sampled_from(["", "주민번호 ", "no."]), st.sampled_from(["", " 입니다", ", "]))
def test_a_resident_number_is_seen_however_it_is_written(number: str, before: str, after: str) -> None:
    assert has_resident_number(before + number + after)


@given(st.lists(TELEPHONES | CASE_NUMBERS, max_size=4), st.sampled_from([" ", ", ", " / ", "\n", "; "]))
def test_telephones_and_case_numbers_are_never_taken_for_one(numbers: list[str], between: str) -> None:
    assert not has_resident_number(between.join(numbers))


@pytest.mark.parametrize(
    "words", ["901301-1234567", "900230-1234567", "900101-0234567", "12345678901234", "11680", "900101-123456", ""]
)
def test_what_only_resembles_one_is_let_through(words: str) -> None:
    assert fit(words) == words


def test_the_refusal_says_what_to_write_instead_and_does_not_repeat_the_number() -> None:
    with pytest.raises(ValueError, match="출생 연도") as refused:
        fit("제 번호는 900101-1234567")
    assert "900101" not in str(refused.value)


@given(resident_numbers(), st.text(alphabet="가나다 ", max_size=9))
def test_a_machines_words_are_kept_without_the_number(number: str, words: str) -> None:
    covered = without_resident_numbers(f"{words}{number} 끝")
    assert not has_resident_number(covered)
    assert covered.endswith(" 끝")
    assert without_resident_numbers(words) == words


@given(st.text())
def test_no_text_breaks_the_reader(words: str) -> None:
    assert has_resident_number(words) in {True, False}
