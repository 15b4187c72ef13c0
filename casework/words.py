"""What free text may be: any language, emoji, right-to-left names; but no NUL and no resident registration number."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

_RESIDENT_NUMBER = re.compile(
    r"(?<!\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[\s\-‐-―−._~/]{0,3}[0-9]\d{6}(?!\d)"
)
"""Six digits of a birth date and seven more; written with any common separator, and for foreigners too."""


def has_resident_number(words: str) -> bool:
    """Tell whether something in there looks like a Korean resident (or foreigner) registration number."""
    return _RESIDENT_NUMBER.search(unicodedata.normalize("NFKC", words)) is not None


def _fit(words: str) -> str:
    if "\x00" in words:
        raise ValueError("a NUL character cannot be kept: take it away")
    if has_resident_number(words):
        raise ValueError(
            "this looks like a resident registration number, which must not be kept (PIPA 24-2): "
            "write the birth year instead"
        )
    return words.strip()


Fit = AfterValidator(_fit)
Name = Annotated[str, Field(max_length=80), Fit]
Line = Annotated[str, Field(max_length=200), Fit]
Paragraph = Annotated[str, Field(max_length=2_000), Fit]
Notes = Annotated[str, Field(max_length=20_000), Fit]
Reason = Annotated[str, Field(max_length=500), Fit, Field(min_length=5)]
"""Why somebody did it: five characters at the least."""
