"""Random streams of events over some intervals, as a queue might write them and as it never would."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from routing.tables import RoutingEvent

BEGAN = datetime(2026, 11, 24, tzinfo=UTC)
KINDS = ("entered", "offered", "accepted", "rejected", "timed_out", "connected", "held", "resumed", "finished",
         "wrapped", "left", "came_back", "placed", "transfer_asked")  # fmt: skip
EXITS = ("abandoned", "abandoned_short", "callback_requested", "max_wait", "something_new")


@st.composite
def one_event(draw: st.DrawFn) -> dict[str, Any]:
    """Give one event of one of eight contacts, somewhere in two hours."""
    contact, kind = draw(st.integers(1, 8)), draw(st.sampled_from(KINDS))
    seconds = draw(st.floats(0, 7200, allow_nan=False))
    counselor = draw(st.none() | st.integers(1, 3))
    detail = {
        "state": draw(st.sampled_from(EXITS)), "talk_s": draw(st.floats(0, 500)), "wrap_s": draw(st.floats(0, 200)),
        "district": draw(st.sampled_from(["11110", "11140"])),
    }  # fmt: skip
    return {
        "kind": kind, "at": BEGAN + timedelta(seconds=seconds), "queue": "loneliness", "contact_id": UUID(int=contact),
        "offer_id": UUID(int=draw(st.integers(1, 9))), "counselor_id": UUID(int=counselor) if counselor else None,
        "detail": detail,
    }  # fmt: skip


STREAMS = st.lists(one_event(), max_size=60)


def events(stream: list[dict[str, Any]]) -> list[RoutingEvent]:
    """Make events of a stream."""
    return [RoutingEvent(**each) for each in stream]
