"""Heartbeats have a few connections to the index of their own: more at once wait for a free one, and all are heard."""

import asyncio

import httpx

from app.main import BEATS
from tests.house import House


async def _beat_at_once(client: httpx.Client, many: int) -> list[int]:
    asked = {"base_url": client.base_url, "headers": client.headers, "timeout": 10}
    async with httpx.AsyncClient(**asked, limits=httpx.Limits(max_connections=many)) as desk:  # type: ignore[arg-type]
        replies = await asyncio.gather(*(desk.post("/api/seat/heartbeat") for _ in range(many)))
    return [reply.status_code for reply in replies]


def test_more_beats_at_once_than_connections_wait_and_are_all_heard(house: House) -> None:
    client, index = house.sign_in("hana"), house.world.redis
    assert client.post("/api/seat/heartbeat").json()["state"] == "idle"
    before = int(index.info("clients")["connected_clients"])
    # Nothing is written for a moment, so that those who beat meanwhile hold what connections there are.
    index.client_pause(300, all=False)
    assert asyncio.run(_beat_at_once(client, 4 * BEATS)) == [200] * 4 * BEATS
    opened = int(index.info("clients")["connected_clients"]) - before
    assert 1 < opened <= BEATS
