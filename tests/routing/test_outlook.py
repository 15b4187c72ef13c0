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
    assert ask(clean_redis, contact("B"), desk.at) == desk.board.outlook(contact("B"), desk.at) == Outlook("waiting", 2)
    desk.sit("hana")
    desk.accept("A")
    assert ask(clean_redis, contact("A"), desk.at).connecting
    assert ask(clean_redis, contact("B"), desk.at).place == 1


def test_an_unknown_caller_or_a_lost_index_is_no_number(desk: Desk, clean_redis: str) -> None:
    with pytest.raises(BoardGone):
        ask(clean_redis, contact("A"), desk.at)
    desk.sweep()
    assert ask(clean_redis, contact("A"), desk.at) == Outlook()
