"""What tests of the network may ask for: a product, and a network whose number 120 leads to it."""

from collections.abc import AsyncIterator

import pytest

from simulator.network import Network
from simulator.settings import Line, Settings, Target
from tests.simulator.product import Product, running


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def product(anyio_backend: str) -> AsyncIterator[Product]:
    async with running() as made:
        yield made


@pytest.fixture
async def network(product: Product) -> AsyncIterator[Network]:
    made = network_of(product)
    yield made
    await made.close()


def network_of(product: Product, **more: object) -> Network:
    """Make a network in which everything happens at once, and whose number 120 leads to the product's /voice."""
    line = Line(
        voice=Target(f"{product.base}/voice"),
        fallback=Target(f"{product.base}/fallback"),
        status=Target(f"{product.base}/status"),
    )
    settings: dict[str, object] = {"numbers": {"120": line}, "speed": 0, "lap_s": 0.05, "ring_s": 0.3, **more}
    return Network(Settings(**settings))  # type: ignore[arg-type] # Tests give what the settings take.
