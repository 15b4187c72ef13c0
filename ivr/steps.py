"""What every step of a call is made of: where the caller stands, what they hear, what it starts, and how it goes on."""

from dataclasses import dataclass, replace
from typing import Final

from ivr.events import Effect
from ivr.menu import Flow, Queue
from ivr.spot import Spot
from ivr.verbs import Join, Next, Verb, Wait

ENDED: Final = "ended"
ROUNDS: Final = 100_000
"""More than the waiting loop goes round in any wait."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a call: where the caller stands now, what they hear, what it starts."""

    spot: Spot
    verbs: tuple[Verb, ...]
    effects: tuple[Effect, ...] = ()


def on(spot: Spot) -> Spot:
    """Give the same place one turn later."""
    return replace(spot, turn=spot.turn + 1)


def leap(spot: Spot) -> Spot:
    """Give the same place at a turn that no round of waiting has had."""
    # The waiting loop counts on from where it began, and whoever comes out of it knows only that beginning: what
    # follows is numbered past every round a wait of days can have.
    return replace(spot, turn=(spot.turn // ROUNDS + 1) * ROUNDS)


def wait(flow: Flow, spot: Spot, said: tuple[Verb, ...]) -> Step:
    """Let the caller wait where they stand, in words and then in the loop."""
    queue = flow.nodes[spot.node]
    name = queue.name if isinstance(queue, Queue) else spot.node
    # The loop's turns and the one after the queue are counted apart: both start from here.
    return Step(spot, (*said, Wait(name, Next("waiting", on(spot).query), Next("left", on(spot).query))))


def summoned(spot: Spot) -> Step:
    """Bring the caller to the counselor."""
    # Not a word more: the counselor is there and listens, and the next voice should be theirs.
    return Step(spot, (Join(Next("talked", on(spot).query)),))
