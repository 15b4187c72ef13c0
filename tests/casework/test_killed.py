"""A worker that is killed in the middle of an outside call loses nothing."""

import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from uuid import UUID

from casework.tables import Dispatch, DispatchAttempt
from core.outbox import OutboxMessage
from tests.casework.conftest import House
from tests.casework.partner import Partner

WORKER = """
import sys
from datetime import datetime
from redis import Redis
from casework.config import Config, Endpoint
from casework.handlers import handlers
from core import db
from core.delivery import deliver
from core.security import Vault
from uuid import UUID
database, redis, url, secret, message, at = sys.argv[1:]
config = Config(endpoints={"119": Endpoint(url, secret)}, outside_timeout=30)
bound = handlers(vault=Vault({"t1": b"k" * 32}, b"f" * 32), redis=Redis.from_url(redis), config=config)
deliver(db.sessions(db.connect(database)), bound, UUID(message), lambda: datetime.fromisoformat(at))
"""


def test_a_dispatch_whose_worker_was_killed_is_delivered_by_the_next(
    house: House,
    partner: Partner,
    emergency: Callable[..., tuple[UUID, UUID]],
    database_url: str,
    redis_url: str,
) -> None:
    _, dispatch_id = emergency()
    (message,) = house.rows(OutboxMessage, OutboxMessage.kind == "DispatchRequested")
    partner.mood = "hangs"
    endpoint = house.config.endpoints["119"]
    given = [database_url, redis_url, endpoint.url, endpoint.secret, str(message.id), house.clock.at.isoformat()]
    with subprocess.Popen([sys.executable, "-c", WORKER, *given]) as worker:
        assert partner.called.wait(30), "the worker never called"
        worker.send_signal(signal.SIGKILL)
    assert [row.state for row in house.rows(DispatchAttempt)] == ["sent"], "written before the call"
    partner.mood = "well"
    house.clock.forward(seconds=5)
    assert "DispatchRequested" not in house.work(), "the lease still holds"
    house.clock.forward(seconds=2)
    assert "DispatchRequested" in house.work()
    tried = house.rows(DispatchAttempt, DispatchAttempt.of_id == dispatch_id)
    assert sorted(row.state for row in tried) == ["delivered", "sent"]
    keys: list[Any] = [headers["Idempotency-Key"] for headers, body in partner.heard if b'"dispatch"' in body]
    assert keys == [str(dispatch_id)] * 2
    assert house.row(Dispatch, dispatch_id).delivered_at is not None
