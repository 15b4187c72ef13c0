"""A house with a telephone network around it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.calls.telephone import Telephone, network_at
from tests.house import ACCOUNT, TOKEN, House, open_house, waited_for, worker_port


@dataclass
class Line:
    """Both ends of the line."""

    house: House
    telephone: Telephone

    def counselor(self, login: str = "hana") -> "Counselor":
        """Seat a counselor who is available, with a softphone that answers."""
        self.telephone.softphone(login)
        client = self.house.sign_in(login)
        assert client.put("/api/seat/activity", json={"activity": "available"}).status_code == 200
        return Counselor(client)


@dataclass
class Counselor:
    """A counselor at a desk."""

    client: httpx.Client

    def seat(self) -> dict[str, Any]:
        """Look at one's own seat."""
        reply = self.client.get("/api/seat")
        assert reply.status_code == 200, reply.text
        seat: dict[str, Any] = reply.json()
        return seat

    def offered(self) -> dict[str, Any]:
        """Wait for an offer."""
        waited_for(lambda: self.seat().get("offer") is not None)
        offer: dict[str, Any] = self.seat()["offer"]
        return offer

    def accept(self) -> str:
        """Take the offer, and give the contact's id."""
        offer = self.offered()
        reply = self.client.post(f"/api/offers/{offer['offer_id']}/accept")
        assert reply.status_code == 200, reply.text
        return str(offer["contact_id"])

    def comes_to(self, state: str) -> None:
        """Wait until one's seat is in a state."""
        waited_for(lambda: self.seat()["state"] == state)


@pytest.fixture
def network_settings() -> dict[str, Any]:
    """Change how the telephone network behaves; a test overrides it."""
    return {}


@pytest.fixture
def ivr_line(clean_database: str, clean_redis: str, tmp_path: Path, network_settings: dict[str, Any]) -> Iterator[Line]:
    """The whole way from a caller to a counselor."""
    port = worker_port(250)
    more: dict[str, Any] = {"twilio_api_url": f"http://127.0.0.1:{port}"}
    with (
        open_house(clean_database, clean_redis, tmp_path, **more) as house,
        network_at(port, house.url, ACCOUNT, TOKEN, **network_settings) as telephone,
    ):
        yield Line(house, telephone)
