"""A virtual caller's call as a test holds it in its hand."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulator import virtual
from simulator.call import Call
from simulator.trace import Entry
from simulator.virtual import Policy, VirtualLeg

if TYPE_CHECKING:
    from simulator.network import Network

AUDIBLE = frozenset({"said", "played", "heard"})


class PhoneCall:
    """Press keys, listen, hang up. What is waited for raises TimeoutError with the transcript when it does not come."""

    def __init__(self, network: "Network", call: Call, leg: VirtualLeg) -> None:
        self.network, self.call, self.leg = network, call, leg
        self._listened = 0

    @staticmethod
    def policy(script: Sequence[Mapping[str, Any]], policy: Policy | None) -> Policy:
        """Put a script into a policy."""
        base = policy or Policy()
        return replace(base, script=virtual.script(script)) if script else base

    @property
    def sid(self) -> str:
        """The call's SID."""
        return self.call.sid

    async def press(self, keys: str, within_s: float = 10.0) -> None:
        """Wait until the network asks for keys, then press these."""
        await self._until(self.leg.wait_until_asked(), "be asked for a key", within_s)
        self.leg.press(keys)

    async def heard(self, text: str, within_s: float = 10.0) -> str:
        """Wait until something holding this text is said, after what was last waited for; give all of it."""

        def wanted(entry: Entry) -> bool:
            return entry.kind in AUDIBLE and text in str(entry.data.get("text", entry.data.get("url", "")))

        entry = await self._until(self._first(wanted), f"hear {text!r}", within_s)
        return str(entry.data.get("text", entry.data.get("url", "")))

    async def connected(self, within_s: float = 10.0) -> None:
        """Wait until in conversation with somebody."""
        await self._until(self.leg.connected.wait(), "be put through", within_s)

    def say(self, text: str) -> None:
        """Say something to whoever is on the line."""
        self.leg.spoke(text)

    async def hang_up(self) -> None:
        """Hang up, and wait until the network has noticed."""
        self.leg.gone.set()
        await self.ended()

    async def lose_signal(self) -> None:
        """Be cut off by the network, which says so, and wait until it has noticed."""
        self.call.sip_code = "408"
        await self.hang_up()

    async def ended(self, within_s: float = 10.0) -> str:
        """Wait until the call has ended; give its last status."""
        await self._until(self.call.done.wait(), "see the call end", within_s)
        return self.call.status.value

    def transcript(self) -> str:
        """Read the call so far as a play."""
        return self.call.trace.transcript()

    async def _first(self, wanted: Any) -> Entry:
        index = self._listened
        async for entry in self.call.trace.follow(index):
            index += 1
            if wanted(entry):
                self._listened = index
                return entry
        raise TimeoutError

    async def _until(self, work: Any, hope: str, within_s: float) -> Any:
        try:
            async with asyncio.timeout(within_s):
                return await work
        except TimeoutError:
            raise TimeoutError(f"Waited in vain to {hope}:\n{self.transcript()}") from None
