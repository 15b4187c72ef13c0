"""Places in a list or a story, written as words that a reader gives back to read on from there."""

from datetime import UTC, datetime
from uuid import UUID

from core.errors import Invalid

Place = tuple[str, datetime, UUID]
"""In which part, at what moment, and which one of that moment."""


def written(place: Place) -> str:
    """Write a place so that it fits into an address."""
    part, at, key = place
    moment = at.astimezone(UTC).replace(tzinfo=None).isoformat()
    return f"{part}~{moment}Z~{key}"


def read(words: str, *, field: str) -> Place:
    """Read a place back; raises Invalid naming the `field` for what is none."""
    try:
        part, at, key = words.split("~")
        return part, datetime.fromisoformat(at.removesuffix("Z")).replace(tzinfo=UTC), UUID(key)
    except (ValueError, OverflowError) as error:
        raise Invalid("This is no place in the list: give it back as it was given to you.", at=field) from error
