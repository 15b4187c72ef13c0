"""The options of `goodbye120 simulate`, each refused with words that say what to write instead."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from routing.simulation import POLICIES, BadScenario, Experiment, Policy, Scenario, load_scenario


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be played, and how it is to be shown."""

    scenario: Scenario
    experiment: Experiment
    policies: Sequence[Policy]
    form: str
    """`table`, `json` or `csv`."""
    plot: Path | None


def parse(arguments: Sequence[str]) -> Wish:
    """Read the options; what cannot be read ends the program with 2 and says what to write instead."""
    parser = _parser()
    given = parser.parse_args(arguments)
    policies = [POLICIES[name] for name in dict.fromkeys(given.policy or POLICIES)]
    for what, named, known in (
        ("--burst", given.burst, given.week.bursts),
        ("--week: a rota", [policy.rota for policy in policies], given.week.rotas),
    ):
        if strange := [name for name in named if name not in known]:
            parser.error(f"{what}: the week knows no {strange[0]!r}, only {', '.join(known)} · 이 가운데 하나를 쓰세요")
    experiment = Experiment(
        given.seed, given.days, given.replications, given.counselors, given.load, tuple(dict.fromkeys(given.burst))
    )
    return Wish(given.week, experiment, policies, given.form, given.plot)


def _parser() -> ArgumentParser:
    own, week = Experiment(), load_scenario()
    parser = ArgumentParser(
        "goodbye120 simulate", allow_abbrev=False, description="Play the line's week under policies, and compare them.",
    )  # fmt: skip
    add = parser.add_argument
    add("--seed", type=_whole(0, 2**32 - 1), default=own.seed, help="the same seed gives the same bytes (%(default)s)")
    add("--days", type=_whole(1, 28), default=own.days, help="days from a Monday on (%(default)s)")
    add("--replications", type=_whole(1, 200), default=own.replications, help="how many such weeks (%(default)s)")
    add("--counselors", type=_whole(1, 200), help=f"counselors on the roster ({week.counselors})")
    add("--load", type=_load, default=own.load, help="so many times as many callers (%(default)s)")
    add("--burst", action="append", default=[], help=f"{' or '.join(week.bursts)}; may be repeated")
    add("--policy", type=_policy, action="append", help="one of " + ", ".join(POLICIES)
        + "; may be repeated, the others are compared with the first (all)")  # fmt: skip
    add("--week", type=_week, default=week, help="a week of your own, written like routing/data/seoul-week.toml")
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


def _policy(words: str) -> str:
    if words not in POLICIES:
        raise ArgumentTypeError(f"{words!r}: write one of {', '.join(POLICIES)} · 이 가운데 하나를 쓰세요")
    return words


def _week(words: str) -> Scenario:
    try:
        return load_scenario(Path(words))
    except (OSError, BadScenario) as wrong:
        raise ArgumentTypeError(f"{words!r}: {wrong} · 파일을 확인하세요") from wrong


def _drawing(words: str) -> Path:
    path = Path(words)
    if path.suffix != ".svg" or not path.parent.is_dir() or path.is_dir():
        raise ArgumentTypeError(f"{words!r}: write a file that ends in .svg, in a folder that there is · .svg 파일")
    return path
