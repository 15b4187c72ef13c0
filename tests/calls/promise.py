"""Somebody who is promised a call-back, and what becomes of it."""

from typing import Any

from sqlalchemy import text

from tests.calls.conftest import Counselor, Line
from tests.calls.telephone import Caller
from tests.house import waited_for

NUMBER = "+821012345678"


def rows(line: Line, sql: str) -> list[tuple[Any, ...]]:
    with line.house.world.sessions() as tx:
        return [tuple(row) for row in tx.execute(text(sql))]


def states(line: Line) -> list[tuple[Any, ...]]:
    return rows(line, "select state, ended_why from ivr_callback order by requested_at")


def results(line: Line) -> list[Any]:
    return [row[0] for row in rows(line, "select result from ivr_callback_attempt order by asked_at")]


def duties(line: Line) -> list[tuple[Any, ...]]:
    return rows(line, "select kind, state from casework_duty order by created_at, kind")


def in_line(line: Line) -> list[tuple[Any, ...]]:
    return rows(line, "select priority, state from routing_queue_entry order by seq")


def promised(line: Line, number: str = NUMBER) -> None:
    """Let somebody call, ask to be called back, and stand in the line for it."""
    line.telephone.person(number)
    caller = line.telephone.dial(number)
    caller.press("5", "1", "1")
    caller.hears("곧 다시 전화드릴게요")
    caller.ended()
    waited_for(lambda: ("callback", "waiting") in in_line(line))


def in_time(line: Line, kind: str) -> None:
    """Let the time of a timer come."""
    with line.house.world.sessions.begin() as tx:
        due = "update outbox_message set due = now() where kind = :kind and state = 'pending'"
        tx.execute(text(due), {"kind": kind})


def gap_over(line: Line) -> None:
    """Let the gap before the next call be over."""
    with line.house.world.sessions.begin() as tx:
        # The timer and what it means are moved together.
        tx.execute(text("update ivr_callback set due_at = now(), last_try_at = last_try_at - interval '1 hour'"))
        moved = "update outbox_message set due = now(), body = jsonb_set(body, '{due}', to_jsonb("
        moved += "(select due_at from ivr_callback))) where kind = 'CallbackDue' and state = 'pending'"
        tx.execute(text(moved))


def offered_anew(hana: Counselor, contact: str) -> dict[str, Any]:
    waited_for(lambda: (hana.seat()["offer"] or {"contact_id": contact})["contact_id"] != contact)
    return hana.offered()


def answers(line: Line, hana: Counselor, *keys: str, nth: int = 1) -> Caller:
    hana.accept()
    person = line.telephone.called(NUMBER, nth)
    person.press(*keys)
    return person
