"""News reaches open screens once the change is committed, and never before or without it."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.client import PubSub
from redis.retry import Retry

from core import live
from core.db import Sessions


@pytest.fixture
def screen(redis: "Redis") -> Iterator[PubSub]:
    """A subscriber to the topic `desk`."""
    with redis.pubsub(ignore_subscribe_messages=True) as listening:  # type: ignore[no-untyped-call]
        listening.subscribe(live.CHANNEL + "desk")
        # The first message is Redis's own word that it listens.
        assert listening.get_message(timeout=5) is None
        yield listening


def heard(screen: PubSub) -> list[dict[str, Any]]:
    """Give what was published so far: what one connection asks after another's publishing, it hears."""
    screen.ping()
    news: list[dict[str, Any]] = []
    while (message := screen.get_message(timeout=1)) is not None and message["type"] == "message":
        news.append(orjson.loads(message["data"]))
    return news


def test_news_comes_in_order_after_the_commit(sessions: Sessions, redis: "Redis", screen: PubSub) -> None:
    with sessions.begin() as tx:
        live.tell(tx, redis, "desk", "offer", n=1)
        live.tell(tx, redis, "desk", "offer", n=2)
        live.tell(tx, redis, "elsewhere", "offer", n=3)
        assert heard(screen) == []
    assert heard(screen) == [{"kind": "offer", "n": 1}, {"kind": "offer", "n": 2}]


def test_what_is_rolled_back_is_no_news_even_when_the_session_goes_on(
    sessions: Sessions, redis: "Redis", screen: PubSub
) -> None:
    with sessions() as tx:
        live.tell(tx, redis, "desk", "lost")
        tx.connection()
        tx.rollback()
        live.tell(tx, redis, "desk", "kept")
        tx.connection()
        tx.commit()
        live.tell(tx, redis, "desk", "kept too")
        tx.connection()
        tx.commit()
    assert [one["kind"] for one in heard(screen)] == ["kept", "kept too"]


def test_the_end_of_a_savepoint_is_no_commit(sessions: Sessions, redis: "Redis", screen: PubSub) -> None:
    with sessions() as tx:
        with tx.begin_nested():
            live.tell(tx, redis, "desk", "inside")
        assert heard(screen) == []
        tx.rollback()
    assert heard(screen) == []


def test_without_redis_the_change_is_committed_all_the_same(sessions: Sessions, clean_database: str) -> None:
    away = Redis(port=9, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))
    with sessions() as tx:
        live.tell(tx, away, "desk", "lost")
        tx.connection()
        tx.commit()
    away.close()
