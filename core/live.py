"""News for open screens, published after the commit and lost without harm: every stream starts with a snapshot."""

import contextlib
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.orm import Session

CHANNEL = "goodbye120:live:"
_NEWS = "news"


def tell(tx: Session, redis: Redis, topic: str, kind: str, **body: object) -> None:
    """Publish `{kind, ...}` on a topic once this transaction is committed; the next snapshot repairs a lost one."""
    news: list[tuple[Redis, str, bytes]] = tx.info.setdefault(_NEWS, [])
    news.append((redis, CHANNEL + topic, encode(kind, **body)))


def encode(kind: str, **body: Any) -> bytes:
    """Write one piece of news as JSON."""
    return orjson.dumps({"kind": kind, **body})


@event.listens_for(Session, "after_commit")
def _publish(tx: Session) -> None:
    if tx.in_nested_transaction():
        # The end of a savepoint commits nothing yet.
        return
    news: list[tuple[Redis, str, bytes]] = tx.info.pop(_NEWS, [])
    for redis, told in groupby(news, key=itemgetter(0)):
        with contextlib.suppress(RedisError), redis.pipeline(transaction=False) as pipe:
            for _, channel, body in told:
                pipe.publish(channel, body)
            pipe.execute()


@event.listens_for(Session, "after_rollback")
def _forget(tx: Session) -> None:
    tx.info.pop(_NEWS, None)
