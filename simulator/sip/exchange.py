"""What the door needs of the network behind it, so that it can be tried without one."""

from collections.abc import Mapping
from typing import Protocol

from simulator.leg import Leg


class Exchange(Protocol):
    """The network as the door sees it. The other way round, the network calls phones by `Door.reach`."""

    def serves(self, number: str) -> bool:
        """Say whether this number is one of the network's."""

    async def arrive(self, leg: Leg, to: str, parameters: Mapping[str, str]) -> None:
        """Carry an inbound call to its end; `parameters` go with every webhook of it.

        The door has told the phone that it rings. When this returns, what is left of the call is hung up.
        """
