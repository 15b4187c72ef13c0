"""The queue's own refusals."""

from redis.exceptions import RedisError


class BoardGone(RedisError):
    """Redis answers, but has lost the queue: the sweep rebuilds it from the database within a fraction of a second."""
