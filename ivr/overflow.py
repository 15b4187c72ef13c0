"""When a caller should leave the queue for another way: pure, from what the queue knows of their wait."""

from dataclasses import replace

from ivr.events import STAY, Event, Left, Overflowed, Waited
from ivr.menu import Flow, Overflow, Queue
from ivr.spot import Spot


def due(queue: Queue, past: int, news: Waited) -> int | None:
    """Give the first overflow step that is due and was not tried, or None; nothing known is no reason to leave.

    A caller whom a counselor has accepted, or is just being asked to take, stays. Whoever said they are in danger goes
    only once the queue knows it, so that nobody takes them for somebody who may be asked to call later.
    """
    danger = queue.priority == "danger"
    if not news.size or news.away or news.summoned or danger != news.danger:
        return None
    steps = enumerate(queue.overflow)
    return next((n for n, step in steps if n >= past and news.waited >= step.after and _holds(step, news)), None)


def _holds(step: Overflow, news: Waited) -> bool:
    match step.when:
        case "lost":
            return news.staffed == 0 and news.lost > 0
        case "nobody":
            return news.staffed == 0
        case "full":
            return news.size >= step.size
        case "waited":
            return True


def leaving(flow: Flow, spot: Spot, news: Waited) -> Event:
    """Say why a caller left the provider's queue at our word, by what the queue knows now.

    The address they come to was written when they began to wait; who is in danger since then waits at another node.
    """
    node = flow.nodes.get(spot.node)
    if news.summoned or not isinstance(node, Queue):
        return Left("leave")
    name = danger_node(flow, node) if news.danger else spot.node
    queue = flow.nodes.get(name or spot.node)
    n = due(queue, spot.past if name == spot.node else 0, news) if isinstance(queue, Queue) else None
    return Left(STAY) if n is None else Overflowed(name or spot.node, n)


def among(flow: Flow, spot: Spot, queue: Queue, news: Waited) -> tuple[Spot, Queue]:
    """Give where a caller waits: whom the queue has among those in danger waits at their node, however they came there.

    So does somebody who is called back, or calls again, and was in danger before.
    """
    name = danger_node(flow, queue) if news.danger and queue.priority != "danger" else None
    there = flow.nodes.get(name or "")
    return (replace(spot, node=name, past=0), there) if name and isinstance(there, Queue) else (spot, queue)


def danger_node(flow: Flow, queue: Queue) -> str | None:
    """Find where callers of the same queue wait who are in danger."""
    nodes = flow.nodes.items()
    same = (name for name, node in nodes if isinstance(node, Queue) and node.name == queue.name)
    return next((name for name in same if is_danger(flow, name)), None)


def is_danger(flow: Flow, name: str) -> bool:
    """Tell whether callers at this node wait among those in danger."""
    node = flow.nodes[name]
    return isinstance(node, Queue) and node.priority == "danger"
