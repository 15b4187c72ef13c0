"""Figures through the whole house: kept by the relay, counted again by the command, placed by what casework tells."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

import routing.service as queue
from app import cli
from casework.messages import ContactPlaced
from core import outbox
from core.ids import named_id
from routing.metrics.intervals import interval_of
from routing.service.tallying import counted
from routing.tables import QueueEntry, RoutingEvent
from routing.tally import Tally
from tests.house import House, relaying, waited_for


def came_and_gave_up(house: House, name: str, at: datetime) -> None:
    """Let somebody wait for nine seconds."""
    world, key = house.world, named_id("contact", name)
    entry = QueueEntry(contact_id=key, queue="loneliness", priority="normal", language="ko", provider_ref=f"CA{name}")
    entry.state, entry.entered_at = "waiting", at - timedelta(seconds=9)
    with world.sessions.begin() as tx:
        tx.add(entry)
    with world.sessions.begin() as tx:
        queue.enter(tx, key, board=world.board, at=at)
    with world.sessions.begin() as tx:
        queue.leave(tx, key, "abandoned", board=world.board, at=at)


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["recount", *arguments])
    return done.exit_code, done.output


def kept(house: House) -> int:
    with house.world.sessions() as tx:
        return tx.scalar(select(func.count()).select_from(Tally).where(Tally.part == "queue")) or 0


def test_the_relay_keeps_the_tallies_by_itself(house: House) -> None:
    at = datetime.now(UTC)
    with relaying(house.world, tally_pause=0.05):
        came_and_gave_up(house, "A", at)
        waited_for(lambda: kept(house) == 1)
        came_and_gave_up(house, "B", at - timedelta(hours=2))
        waited_for(lambda: kept(house) == 2)
    assert house.sign_in("sun").get("/api/queues/loneliness/history?grain=whole").status_code == 200


def test_the_command_says_that_every_number_is_the_same_or_which_is_not(
    house: House, environment: pytest.MonkeyPatch
) -> None:
    came_and_gave_up(house, "A", datetime(2026, 11, 24, 3, tzinfo=UTC))
    with house.world.sessions.begin() as tx:
        queue.keep_tallies(tx, house.world.routing)
    assert run() == (0, "1 intervals counted again: every number is the same.\n")
    with house.world.sessions.begin() as tx:
        tx.execute(update(Tally).where(Tally.part == "queue").values(counts={"offered": 2}))
    code, told = run("--from", "2026-11-24", "--to", "2026-11-25")
    assert code == 1
    assert "2026-11-24 02:45 loneliness offered: kept 2, counted 1\n" in told
    assert told.endswith("1 intervals counted again: 1 differ.\n")
    assert run("--from", "2026-11-25") == (0, "0 intervals counted again: every number is the same.\n")
    assert run("--mend")[0] == 0
    assert run()[0] == 0


def test_the_command_leaves_what_has_no_events_any_more(house: House, environment: pytest.MonkeyPatch) -> None:
    came_and_gave_up(house, "A", datetime.now(UTC))
    with house.world.sessions.begin() as tx:
        queue.keep_tallies(tx, house.world.routing)
        tx.query(RoutingEvent).delete()
    code, told = run("--mend")
    assert (code, kept(house)) == (0, 1)
    assert "of 1 the events are gone, and they stay as they are" in told


def test_a_day_that_is_none_is_refused(environment: pytest.MonkeyPatch) -> None:
    code, told = run("--from", "yesterday")
    assert code == 2
    assert "yesterday" in told


def test_the_district_that_casework_tells_of_comes_to_the_figures(house: House) -> None:
    at = datetime.now(UTC)
    came_and_gave_up(house, "A", at)
    world, contact_id = house.world, named_id("contact", "A")
    with world.sessions.begin() as tx:
        outbox.post(tx, ContactPlaced(contact_id, "11110"), at=at)
        outbox.post(tx, ContactPlaced(named_id("contact", "somebody else"), "11110"), at=at)
    span = (interval_of(at) - timedelta(hours=1), interval_of(at) + timedelta(hours=1))

    def told() -> list[Any]:
        with world.sessions() as tx:
            rows = counted(tx, "loneliness", "district", span, world.routing)
        return [(key, counts["offered"]) for _, key, counts in rows]

    with relaying(world, tally_pause=0.05):
        waited_for(lambda: told() == [("11110", 1)] and kept(house) == 1)
