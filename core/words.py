"""What a text may hold: any language and any script, but no NUL and no resident registration number."""

import re
import unicodedata
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

_CENTURY = {"1": 1900, "2": 1900, "5": 1900, "6": 1900, "3": 2000, "4": 2000, "7": 2000, "8": 2000}
"""Of birth, by the seventh digit: 1 to 4 for nationals, 5 to 8 for foreigners. 9 and 0 were born before 1900."""
_SHAPE = re.compile(
    r"(?<!\d)(?P<yy>\d\d)(?P<mm>\d\d)(?P<dd>\d\d)[ \t\-‐-―−._~/·:]{0,3}(?P<kind>[1-8])\d{6}(?!\d)", re.ASCII
)
REFUSED = (
    "주민등록번호로 보이는 숫자는 적을 수 없습니다(개인정보 보호법 제24조의2). 출생 연도만 적어 주세요. "
    "This looks like a resident registration number, which must not be kept: write the birth year instead."
)


def _plain(words: str) -> str:
    """Give every kind of digit as 0 to 9, and leave out what cannot be seen, so that no way of writing hides one."""
    seen = (c for c in unicodedata.normalize("NFKC", words) if unicodedata.category(c) != "Cf")
    return "".join(str(unicodedata.decimal(c, c)) for c in seen)


def _was_born(found: re.Match[str]) -> bool:
    try:
        date(_CENTURY[found["kind"]] + int(found["yy"]), int(found["mm"]), int(found["dd"]))
    except ValueError:
        return False
    return True


def has_resident_number(words: str) -> bool:
    """Tell whether something in there is written like a resident (or foreigner) registration number.

    Six digits that are a date and seven that begin with what fits its century, together or with a separator. The last
    digit is not checked: since October 2020 it follows no rule.
    """
    return any(_was_born(found) for found in _SHAPE.finditer(_plain(words)))


def without_resident_numbers(words: str) -> str:
    """Cover what looks like one, in words that a machine wrote and that nobody can be asked to mend."""
    if not has_resident_number(words):
        return words
    return _SHAPE.sub(lambda found: "•" * 13 if _was_born(found) else found[0], _plain(words))


def fit(words: str) -> str:
    """Give a text without the spaces around it; raises ValueError with what to mend."""
    if "\x00" in words:
        raise ValueError("a NUL character cannot be kept: take it away")
    if has_resident_number(words):
        raise ValueError(REFUSED)
    return words.strip()


Fit = AfterValidator(fit)
Reason = Annotated[str, Field(max_length=500), Fit, Field(min_length=5)]
"""Why somebody did it: five characters at the least."""
