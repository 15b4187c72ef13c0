"""What people may decide about their data, by when we answer, and who hears of a breach."""

from datetime import timedelta
from typing import Literal, get_args

Purpose = Literal["collection", "sensitive", "third_party", "in_depth", "follow_up", "recording"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
ConsentSaid = Literal["given", "refused"]

Consequence = Literal["stop_in_depth", "stop_follow_up", "stop_visits", "erase_recordings", "erase"]
WITHDRAWN: dict[Purpose, Consequence] = {
    "collection": "erase",
    "sensitive": "erase",
    "third_party": "stop_visits",
    "in_depth": "stop_in_depth",
    "follow_up": "stop_follow_up",
    "recording": "erase_recordings",
}
"""What becomes of it when somebody takes their consent back."""

RequestKind = Literal["access", "correct", "erase"]
ANSWER_WITHIN = timedelta(days=10)
"""PIPA 35 to 37 and its decree."""

TELL_WITHIN = timedelta(hours=72)
"""PIPA 34 and its decree, articles 39 and 40."""
MANY = 1_000


def authority_hears(*, people: int, sensitive: bool, outside: bool) -> bool:
    """Tell whether the authority must hear of a breach, beside the people themselves."""
    return people >= MANY or sensitive or outside
