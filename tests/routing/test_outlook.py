"""What the waiting loop may tell a caller, asked on the web's asynchronous connection."""

import asyncio
from datetime import datetime
from uuid import UUID

import pytest
import redis.asyncio

from routing.board import outlook
from routing.errors import BoardGone
from routing.records import Outlook
from tests.routing.desk import Desk, contact


def ask(url: str, key: UUID, at: datetime) -> Outlook:
    async def asked() -> Outlook:
        async with redis.asyncio.from_url(url) as index:
            return await outlook(index, "test", key, at)

    return asyncio.run(asked())


def test_the_waiting_loop_hears_what_the_board_says(desk: Desk, clean_redis: str) -> None:
    desk.call("A", ago=5)
    desk.call("B")
    told = ask(clean_redis, contact("B"), desk.at)
    assert told == desk.board.outlook(contact("B"), desk.at)
    assert (told.state, told.place, told.seconds) == ("waiting", 2, None)
    desk.sit("hana")
    desk.accept("A")
    assert ask(clean_redis, contact("A"), desk.at).connecting
    assert ask(clean_redis, contact("B"), desk.at).place == 1


def test_an_unknown_caller_or_a_lost_index_is_no_number(desk: Desk, clean_redis: str) -> None:
    with pytest.raises(BoardGone):
        ask(clean_redis, contact("A"), desk.at)
    desk.sweep()
    assert ask(clean_redis, contact("A"), desk.at) == Outlook()


def test_a_waiting_contact_is_told_who_is_there_for_them(desk: Desk) -> None:
    desk.call("A", ago=5)
    desk.call("B", language="en")
    alone = desk.board.outlook(contact("B"), desk.at).standing
    assert alone is not None
    assert (alone.klass, alone.size, alone.staffed, alone.lost) == ("normal", 2, 0, 0)
    desk.sit("hana")
    desk.accept("A")
    foreign = desk.board.outlook(contact("B"), desk.at).standing
    assert foreign is not None
    assert (foreign.size, foreign.staffed) == (1, 0), "who is on shift does not speak their language"
    desk.sit("duri", languages=("ko", "en"))
    assert desk.board.outlook(contact("B"), desk.at).standing is None, "offered to somebody: nothing leads them out now"


def test_desks_that_fell_silent_are_counted(desk: Desk) -> None:
    desk.sit("hana")
    desk.later(60)
    desk.sweep()
    desk.call("A")
    known = desk.board.outlook(contact("A"), desk.at).standing
    assert known is not None
    assert (known.staffed, known.lost) == (0, 1)
