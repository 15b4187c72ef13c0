"""Counts the kept figures again from the events, and says what differs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import routing.service as queue
from app.world import World
from routing.service.tallying import Recount, zone_of


@dataclass(slots=True)
class Report:
    """What a recount found."""

    counted: int = 0
    gone: int = 0
    different: list[Recount] = field(default_factory=list)
    mended: bool = False

    @property
    def same(self) -> bool:
        """Tell whether every number was the same."""
        return not self.different

    def lines(self) -> Iterator[str]:
        """Say it in words: each number that differs, then the sum."""
        for recount in self.different:
            name, start = recount.interval
            for part, key in sorted({*recount.kept, *recount.counted}):
                kept, counted = recount.kept.get((part, key), {}), recount.counted.get((part, key), {})
                for number in sorted({*kept, *counted}):
                    if kept.get(number, 0) != counted.get(number, 0):
                        whose = f" {part} {key or 'unknown'}" if part != "queue" else ""
                        told = f"kept {kept.get(number, 0)}, counted {counted.get(number, 0)}"
                        yield f"{start:%Y-%m-%d %H:%M} {name}{whose} {number}: {told}"
        found = "every number is the same" if self.same else f"{len(self.different)} differ"
        mended = ", and are mended" if self.mended and self.different else ""
        gone = f"; of {self.gone} the events are gone, and they stay as they are" if self.gone else ""
        yield f"{self.counted} intervals counted again: {found}{mended}{gone}."


def recounted(world: World, days: tuple[datetime | None, datetime | None], *, mend: bool = False) -> Report:
    """Count every kept interval of a span of days again, each in a transaction of its own."""
    zone = zone_of(world.routing)
    begin, end = (day.replace(tzinfo=zone) if day else None for day in days)
    report = Report(mended=mend)
    with world.sessions() as tx:
        intervals = queue.intervals(tx, (begin, end))
    for interval in intervals:
        with world.sessions.begin() as tx:
            recount = queue.recount(tx, interval, world.routing, mend=mend)
        if recount is None:
            report.gone += 1
            continue
        report.counted += 1
        if not recount.same:
            report.different.append(recount)
    return report
