"""News for open screens, published after the commit and lost without harm: every stream starts with a snapshot."""

from typing import Any

import orjson
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import event
from sqlalchemy.orm import Session

CHANNEL = "goodbye120:live:"


def tell(tx: Session, redis: Redis, topic: str, kind: str, **body: object) -> None:
    """Publish `{kind, ...}` on a topic once this transaction is committed; the next snapshot repairs a lost one."""
    news: list[tuple[str, bytes]] | None = tx.info.get("news")
    if news is None:
        news = tx.info["news"] = []
        event.listen(tx, "after_commit", lambda session: _publish(redis, session), once=True)
        event.listen(tx, "after_rollback", lambda session: session.info.pop("news", None), once=True)
    news.append((CHANNEL + topic, encode(kind, **body)))


def encode(kind: str, **body: Any) -> bytes:
    """Write one piece of news as JSON."""
    return orjson.dumps({"kind": kind, **body})


def _publish(redis: Redis, tx: Session) -> None:
    try:
        with redis.pipeline(transaction=False) as pipe:
            for channel, body in tx.info.pop("news", ()):
                pipe.publish(channel, body)
            pipe.execute()
    except RedisError:
        return
