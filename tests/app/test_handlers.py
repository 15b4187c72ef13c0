"""Nothing that is told goes unheard."""

from pathlib import Path

import casework.care_messages
import casework.messages
import ivr.callbacks.messages
import ivr.messages
import ivr.party_messages
import routing.messages
from app.handlers import handlers
from app.world import World
from core.messages import Message
from tests.house import settings


def kinds(of: type[Message]) -> set[type[Message]]:
    below = of.__subclasses__()
    return set(below).union(*(kinds(kind) for kind in below))


def test_every_message_has_a_handler(tmp_path: Path) -> None:
    world = World(settings("postgresql://nobody/nothing", "redis://nobody", tmp_path, 1))
    told_in = (
        casework.messages,
        casework.care_messages,
        ivr.messages,
        ivr.callbacks.messages,
        ivr.party_messages,
        routing.messages,
    )
    rooms = {module.__name__ for module in told_in}
    # By name, for a dataclass with slots leaves its first self behind among the subclasses.
    told = {kind.kind() for kind in kinds(Message) if kind.__module__ in rooms} - {"OnTheLine"}
    assert told == {kind.kind() for kind in handlers(world)}
