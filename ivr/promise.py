"""What a waiting caller is told of how long it will be: never a later end than they heard before."""

from dataclasses import replace

from ivr.events import Effect, Foretold, Waited
from ivr.menu import Queue
from ivr.spot import Spot


def promise(spot: Spot, news: Waited, longest: int) -> tuple[Spot, int | None]:
    """Say how many minutes to tell, rounded up, and remember them: a caller never hears of a later end than before.

    Only where fewer seats are there than when it was said does an earlier word not bind. Where it has become less than
    half of what is expected now, nobody would believe it: the caller hears comfort without a number.
    """
    if news.seconds is None:
        return spot, None
    binds = spot.promised > 0 and news.seats >= spot.staffed
    left = spot.promised - news.waited if binds else news.seconds
    seconds = min(news.seconds, left)
    if seconds > longest or 2 * left < news.seconds:
        return spot, None
    minutes = max(1, -(-seconds // 60))
    end = news.waited + 60 * minutes
    return replace(spot, promised=min(end, spot.promised) if binds else end, staffed=news.seats), minutes


def foretold(spot: Spot, queue: Queue, news: Waited, minutes: int | None) -> tuple[Effect, ...]:
    """Say what is written down of a forecast, told or not."""
    # A forecast that the caller did not hear is written down once, or long waits would look as if none was ever made.
    if news.seconds is None or news.within is None or not (minutes or spot.tries == 0):
        return ()
    return (Foretold(queue.name, news.seconds, news.within, minutes * 60 if minutes else None),)
