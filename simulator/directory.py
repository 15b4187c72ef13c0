"""Who is at an address: real phones, registered ends, virtual ones."""

from collections.abc import Callable
from functools import partial

from simulator.leg import Leg
from simulator.virtual import Policy, VirtualLeg

Reach = Callable[[str], Leg]
"""Makes a leg that will ring the end at an address."""

Find = Callable[[str, str], Leg | None]
"""Finds the phone at an address, to be rung by a caller (another address); None when there is none."""


class Directory:
    """The address book. `finders` are asked first, in turn: a real phone goes before whatever is written here."""

    def __init__(self, speed: float) -> None:
        self.finders: list[Find] = []
        self._speed = speed
        self._reaches: dict[str, Reach] = {}

    def register(self, address: str, reach: Reach) -> None:
        """Say how the end at an address ("client:alice", "sip:bob@host", "+8210...") is rung; the newest wins."""
        self._reaches[address] = reach

    def unregister(self, address: str) -> None:
        """Forget the end at an address."""
        self._reaches.pop(address, None)

    def behave(self, address: str, policy: Policy) -> None:
        """Put a virtual end at an address."""
        self.register(address, partial(self.virtual, policy))

    def knows(self, address: str) -> bool:
        """Say whether an end is registered at an address."""
        return address in self._reaches

    def reach(self, address: str, caller: str) -> Leg:
        """Make a leg to an address: a real phone, else what is registered, else for numbers somebody who answers."""
        found = (find(address, caller) for find in self.finders)
        phone = next((leg for leg in found if leg is not None), None)
        if phone is not None:
            return phone
        if address in self._reaches:
            return self._reaches[address](address)
        is_number = not address.startswith(("client:", "sip:"))
        return self.virtual(Policy() if is_number else Policy(rung="failed"), address)

    def virtual(self, policy: Policy, address: str) -> VirtualLeg:
        """Make a virtual end."""
        return VirtualLeg(address, policy, self._speed if policy.speed is None else policy.speed)
