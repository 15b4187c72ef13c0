"""The Queues resource and its members: who waits, and taking them out."""

from typing import Any

from simulator.call import Goto, rfc2822
from simulator.queues import Place, Queue
from simulator.rest.asked import Answer, Asked
from simulator.rest.errors import bad


async def create(asked: Asked) -> Answer:
    """Make a queue."""
    asked.allow({"FriendlyName", "MaxSize"})
    name = asked.text("FriendlyName")
    if not name or len(name) > 64:  # noqa: PLR2004 - The provider's limit.
        raise bad("FriendlyName must have 1 to 64 characters", 22001)
    if name in asked.network.queues:
        raise bad("A queue of this name exists", 22003)
    queue = asked.network.queue(name)
    queue.max_size = asked.number("MaxSize", 1000, 1, 5000)
    return 201, shape(queue)


async def fetch(asked: Asked) -> Answer:
    """Look at one queue."""
    return 200, shape(_queue(asked))


async def browse(asked: Asked) -> Answer:
    """List queues."""
    asked.allow({"PageSize", "Page", "PageToken"})
    return asked.page("queues", [shape(queue) for queue in asked.network.queues.values()])


async def update(asked: Asked) -> Answer:
    """Change a queue's size."""
    asked.allow({"MaxSize"})
    queue = _queue(asked)
    queue.max_size = asked.number("MaxSize", queue.max_size, 1, 5000)
    return 200, shape(queue)


async def delete(asked: Asked) -> Answer:
    """Forget an empty queue."""
    queue = _queue(asked)
    if queue.places:
        raise bad("The queue is not empty", 22004)
    del asked.network.queues[queue.name]
    return 204, None


async def members(asked: Asked) -> Answer:
    """List who waits, in order."""
    asked.allow({"PageSize", "Page", "PageToken"})
    queue = _queue(asked)
    return asked.page("queue_members", [_member(queue, place) for place in queue.places])


async def member(asked: Asked) -> Answer:
    """Look at one who waits; `Front` is the first."""
    queue = _queue(asked)
    return 200, _member(queue, _place(asked, queue))


async def dequeue(asked: Asked) -> Answer:
    """Take somebody out of the queue, to another document."""
    asked.allow({"Url", "Method"})
    queue = _queue(asked)
    place, target = _place(asked, queue), asked.target("Url", "Method")
    if target is None:
        raise bad("Url parameter is required.", 21205)
    answer = _member(queue, place)
    queue.take(place, Goto(target))
    return 200, answer


def shape(queue: Queue) -> dict[str, Any]:
    """Say a queue as the provider does."""
    base = f"/2010-04-01/Accounts/{queue.account_sid}/Queues/{queue.sid}"
    return {
        "sid": queue.sid,
        "account_sid": queue.account_sid,
        "friendly_name": queue.name,
        "current_size": len(queue.places),
        "max_size": queue.max_size,
        "average_wait_time": queue.average_s,
        "date_created": rfc2822(queue.created_at),
        "date_updated": rfc2822(queue.created_at),
        "uri": f"{base}.json",
        "subresource_uris": {"members": f"{base}/Members.json"},
    }


def _member(queue: Queue, place: Place) -> dict[str, Any]:
    sid = place.call.sid
    return {
        "call_sid": sid,
        "queue_sid": queue.sid,
        "date_enqueued": rfc2822(place.entered_at),
        "position": queue.places.index(place) + 1,
        "wait_time": place.waited_s,
        "uri": f"/2010-04-01/Accounts/{queue.account_sid}/Queues/{queue.sid}/Members/{sid}.json",
    }


def _queue(asked: Asked) -> Queue:
    sid = asked.names["queue"]
    queue = next((queue for queue in asked.network.queues.values() if queue.sid == sid), None)
    if queue is None:
        raise asked.missing()
    return queue


def _place(asked: Asked, queue: Queue) -> Place:
    place = queue.find(asked.names["call"])
    if place is None:
        raise asked.missing()
    return place
