"""How fast calls go out: as many a second as the provider takes, and nobody in danger waits for anybody else."""

from datetime import datetime, timedelta
from typing import Any, Final

from redis import Redis

# A bucket of one second's calls. Whoever may not wait takes what is not there yet, and the others wait for it.
# KEYS: bucket. ARGV: at (s), calls a second, urgent. Answers how long to wait, in ms.
_TAKE: Final = """
local at, rate, urgent = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] == '1'
local full = math.max(1, rate)
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local since = math.max(0, at - tonumber(kept[2] or at))
local left = math.min(full, tonumber(kept[1] or full) + since * rate)
if left < 1 and not urgent then return math.ceil((1 - left) / rate * 1000) end
local latest = string.format('%.6f', math.max(at, tonumber(kept[2] or 0)))
redis.call('HSET', KEYS[1], 'left', tostring(left - 1), 'at', latest)
redis.call('EXPIRE', KEYS[1], 3600)
return 0
"""


class Pace:
    """One site's pace, shared by all its processes; raises RedisError where Redis cannot answer."""

    def __init__(self, redis: Redis, site: str, calls_per_second: float) -> None:
        """Prepare; nothing is asked of Redis yet."""
        self._key, self._rate = f"{{goodbye120:{site}}}:pace", calls_per_second
        self._take: Any = redis.register_script(_TAKE)

    def take(self, at: datetime, *, urgent: bool) -> timedelta:
        """Take the right to one call, or give how long to wait before asking again; zero means that it is taken."""
        wait = self._take(keys=[self._key], args=[f"{at.timestamp():.6f}", self._rate, int(urgent)])
        return timedelta(milliseconds=int(wait))
