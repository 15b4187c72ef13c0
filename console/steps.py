"""A step that was pressed on a page, with words: what a plain HTML form sends."""

from collections.abc import Collection
from urllib.parse import parse_qs

from core.errors import Invalid
from core.words import has_resident_number

LONGEST = 2_000


def said(body: bytes, steps: Collection[str]) -> tuple[str, str]:
    """Read which of the steps was pressed, and the words; raises Invalid for another step, or words not to be kept."""
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    step, words = fields.get("step", [""])[0], fields.get("words", [""])[0].replace("\0", "").strip()
    if step not in steps:
        raise Invalid("Choose one of the buttons. 버튼 가운데 하나를 눌러 주세요.")
    if len(words) > LONGEST or has_resident_number(words):
        raise Invalid("주민등록번호 없이 2,000자 안으로 적어 주세요. At most 2,000 characters, no resident number.")
    return step, words
