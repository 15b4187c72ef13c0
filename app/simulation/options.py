"""The options of `goodbye120 simulate`, each refused with words that say what to write instead."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.simulation import POLICIES, Experiment, Policy, Scenario


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be played, and how it is to be shown."""

    experiment: Experiment
    policies: Sequence[Policy]
    form: str
    """`table`, `json` or `csv`."""
    plot: Path | None


def parse(arguments: Sequence[str], scenario: Scenario) -> Wish:
    """Read the options; what cannot be read ends the program with 2 and says what to write instead."""
    given = _parser(scenario).parse_args(arguments)
    experiment = Experiment(
        given.seed, given.days, given.replications, given.counselors, given.load, tuple(dict.fromkeys(given.burst))
    )
    names = dict.fromkeys(given.policy or POLICIES)
    return Wish(experiment, [POLICIES[name] for name in names], given.form, given.plot)


def _parser(scenario: Scenario) -> ArgumentParser:
    own = Experiment()
    parser = ArgumentParser(
        "goodbye120 simulate", allow_abbrev=False, description="Play the line's week under policies, and compare them.",
    )  # fmt: skip
    add = parser.add_argument
    add("--seed", type=_whole(0, 2**32 - 1), default=own.seed, help="the same seed gives the same bytes (%(default)s)")
    add("--days", type=_whole(1, 28), default=own.days, help="days from a Monday on (%(default)s)")
    add("--replications", type=_whole(1, 200), default=own.replications, help="how many such weeks (%(default)s)")
    add("--counselors", type=_whole(1, 200), help=f"counselors on the roster ({scenario.counselors})")
    add("--load", type=_load, default=own.load, help="so many times as many callers (%(default)s)")
    add("--burst", type=_one_of(scenario.bursts), action="append", default=[], help=" or ".join(scenario.bursts))
    add("--policy", type=_one_of(POLICIES), action="append", help="one of " + ", ".join(POLICIES)
        + "; may be repeated, the others are compared with the first (all)")  # fmt: skip
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", dest="form", action="store_const", const="json", default="table", help="print JSON")
    forms.add_argument("--csv", dest="form", action="store_const", const="csv", help="print CSV")
    add("--plot", type=_drawing, help="write a drawing to this .svg file as well")
    return parser


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(words: str) -> int:
        number = int(words) if words.isascii() and words.isdigit() else -1
        if not least <= number <= most:
            raise ArgumentTypeError(f"{words!r}: write a whole number from {least} to {most} · 정수를 쓰세요")
        return number

    return read


def _load(words: str) -> float:
    try:
        load = float(words)
    except ValueError:
        load = 0.0
    if not 0.05 <= load <= 10:  # noqa: PLR2004
        raise ArgumentTypeError(f"{words!r}: write a number from 0.05 to 10; 1 is the load as it is · 숫자를 쓰세요")
    return load


def _one_of(names: Collection[str]) -> Callable[[str], str]:
    def read(words: str) -> str:
        if words not in names:
            raise ArgumentTypeError(f"{words!r}: write one of {', '.join(names)} · 이 가운데 하나를 쓰세요")
        return words

    return read


def _drawing(words: str) -> Path:
    path = Path(words)
    if path.suffix != ".svg" or not path.parent.is_dir() or path.is_dir():
        raise ArgumentTypeError(
            f"{words!r}: write a file name that ends in .svg, in a folder that there is · .svg 파일"
        )
    return path
