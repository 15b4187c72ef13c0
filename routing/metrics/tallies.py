"""What is counted of contacts, as whole numbers that can be added: of a queue, of each counselor, of each district."""

from collections.abc import Iterable, Iterator

from routing.metrics.stays import Stay

ABANDONED = ("abandoned", "abandoned_short")
MAXIMA = frozenset({"longest_wait_ms"})
"""What is not added: of two of these the larger counts."""
LEFT, OFFER = "left:", "offer:"

Counts = dict[str, int]
"""Name to number; what is nothing is not in it, so that equal counts are equal dictionaries."""
Part = tuple[str, str]
"""Of what it is counted: `queue`, `counselor` or `district`, and which."""


def add(into: Counts, more: Counts) -> None:
    """Add counts to others."""
    for name, number in more.items():
        into[name] = max(into.get(name, 0), number) if name in MAXIMA else into.get(name, 0) + number


def total(all_counts: Iterable[Counts]) -> Counts:
    """Add many counts up."""
    summed: Counts = {}
    for counts in all_counts:
        add(summed, counts)
    return summed


def tallies(contacts: Iterable[Stay], within_ms: int) -> dict[Part, Counts]:
    """Count what became of contacts; `within_ms` is the T of every service level."""
    found: dict[Part, Counts] = {}
    for stay in contacts:
        for part, counts in _parts(stay, within_ms):
            add(found.setdefault(part, {}), {name: number for name, number in counts.items() if number})
    return found


def _parts(stay: Stay, within_ms: int) -> Iterator[tuple[Part, Counts]]:
    counts = {"offered": 1, **_ending(stay, within_ms), **_handling(stay)}
    yield ("queue", ""), counts | {OFFER + kind: len(offers) for kind, offers in stay.offers.items()}
    yield ("district", stay.placed[1] if stay.placed else ""), counts
    if stay.answered and stay.counselor_id:
        yield ("counselor", str(stay.counselor_id)), _ending(stay, within_ms)
    if stay.finished_by:
        yield ("counselor", str(stay.finished_by)), {**_handling(stay), "wrap_ms": 0}
    yield from _wraps(stay)
    for kind, offers in stay.offers.items():
        for counselor_id in filter(None, offers.values()):
            yield ("counselor", str(counselor_id)), {OFFER + kind: 1}


def _ending(stay: Stay, within_ms: int) -> Counts:
    if stay.waited is None:
        return {}
    waited = _ms(stay.waited)
    soon = waited <= within_ms
    counts = {"longest_wait_ms": waited}
    if stay.answered:
        return counts | {"answered": 1, "answered_soon": soon, "answer_wait_ms": waited}
    counts[f"{LEFT}{stay.left}"] = 1
    if stay.left in ABANDONED:
        counts |= {"abandoned_soon": soon, "abandon_wait_ms": waited}
    return counts | {"callback_soon": soon and stay.left == "callback_requested"}


def _handling(stay: Stay) -> Counts:
    if stay.talk is None:
        return {}
    wrapped = sum(_ms(lasted) for lasted in stay.wraps.values())
    return {"finished": 1, "talk_ms": _ms(stay.talk), "hold_ms": _ms(stay.hold()), "wrap_ms": wrapped}


def _wraps(stay: Stay) -> Iterator[tuple[Part, Counts]]:
    for (_, counselor_id), lasted in stay.wraps.items():
        whose = counselor_id or stay.finished_by
        if whose and stay.talk is not None:
            yield ("counselor", str(whose)), {"wrap_ms": _ms(lasted)}


def _ms(seconds: float) -> int:
    """Give whole milliseconds: then a sum is the same in whatever order it is made."""
    return round(seconds * 1000)
