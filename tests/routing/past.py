"""A line with a past: callers who came, talked and gave up before the test begins."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.db import Sessions
from core.ids import named_id
from routing.tables import QueueEntry, RoutingEvent


def talked(sessions: Sessions, name: str, entered: datetime, talk_s: float, language: str = "ko") -> None:
    """Write down a caller who waited ten seconds and talked; the writing after it took no time."""
    finished = (10 + talk_s, "finished", {"talk_s": talk_s})
    _came(sessions, name, entered, language, (10, "connected", {}), finished)


def gave_up(sessions: Sessions, name: str, entered: datetime, after_s: float) -> None:
    """Write down a caller who hung up before anybody was there."""
    _came(sessions, name, entered, "ko", (after_s, "left", {"state": "abandoned"}))


def _came(
    sessions: Sessions, name: str, entered: datetime, language: str, *steps: tuple[float, str, dict[str, Any]]
) -> None:
    key = named_id("contact", name)
    entry = QueueEntry(contact_id=key, queue="loneliness", priority="normal", language=language, state="completed")
    entry.provider_ref, entry.entered_at, entry.left_at = f"CA{name}", entered, entered
    with sessions.begin() as tx:
        tx.add(entry)
        tx.add_all(_events(key, entered, (0, "entered", {"language": language}), *steps))


def _events(key: UUID, entered: datetime, *steps: tuple[float, str, dict[str, Any]]) -> Iterator[RoutingEvent]:
    for after, kind, detail in steps:
        moment = entered + timedelta(seconds=after)
        yield RoutingEvent(kind=kind, at=moment, queue="loneliness", contact_id=key, detail=detail)


def a_usual_day(sessions: Sessions, at: datetime, talk_s: float = 150) -> None:
    """Write down a day on which twenty callers talked for `talk_s` each and five gave up after a minute."""
    for n in range(20):
        talked(sessions, f"talked {n}", at - timedelta(hours=3 + n / 2), talk_s)
    for n in range(5):
        gave_up(sessions, f"gave up {n}", at - timedelta(hours=2, minutes=n), 60)
