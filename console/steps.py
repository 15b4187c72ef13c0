"""What a plain HTML form sends: a step that was pressed with words, or a reason."""

from collections.abc import Collection
from urllib.parse import parse_qs

from pydantic import TypeAdapter, ValidationError

from casework.words import Reason
from core.errors import Invalid
from core.words import has_resident_number

LONGEST = 2_000
_REASON: TypeAdapter[str] = TypeAdapter(Reason)


def said(body: bytes, steps: Collection[str]) -> tuple[str, str]:
    """Read which of the steps was pressed, and the words; raises Invalid for another step, or words not to be kept."""
    fields = _fields(body)
    step, words = fields.get("step", [""])[0], fields.get("words", [""])[0].replace("\0", "").strip()
    if step not in steps:
        raise Invalid("Choose one of the buttons. 버튼 가운데 하나를 눌러 주세요.")
    if len(words) > LONGEST or has_resident_number(words):
        raise Invalid("주민등록번호 없이 2,000자 안으로 적어 주세요. At most 2,000 characters, no resident number.")
    return step, words


def reason_in(body: bytes) -> str | None:
    """Read the reason, or None where it is none."""
    try:
        return _REASON.validate_python(_fields(body).get("reason", [""])[0])
    except ValidationError:
        return None


def _fields(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:  # More fields than any page of ours has.
        return {}
