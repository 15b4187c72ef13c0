"""Reads the flows from their files and refuses, at start-up, one that could leave a caller stranded."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ivr.menu import Flow, Forward, Meet, Menu, Node, Part, Queue, Tell

FOLDER = Path(__file__).parent / "flows"
LANGUAGES = ("ko", "en")
SPOKEN_BY_THE_FLOW = (
    "callback_promised", "comfort", "danger_heard", "first_comfort", "goodbye", "no_call",
    "nobody_answers", "not_a_choice", "nothing_heard", "place", "place_next", "return_to_queue", "still_here",
    "to_duty_desk", "to_next_counselor", "to_other_desk", "wait_minutes", "wait_short", "waiting_choices",
    "waiting_choices_unreachable", "watched",
)  # fmt: skip
_NAME = re.compile(r"[a-z_]+")
_KINDS: Mapping[str, type[Node]] = {
    "menu": Menu,
    "tell": Tell,
    "queue": Queue,
    "forward": Forward,
    "meet": Meet,
    "part": Part,
}


class BadFlow(ValueError):
    """A flow that would leave somebody stranded, with every fault found."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every version of the menu; new calls begin with the newest, calls on the line keep theirs."""

    flows: Mapping[int, Flow]

    @property
    def newest(self) -> Flow:
        """Give the version a new call begins with."""
        return self.flows[max(self.flows)]

    def of(self, version: int) -> Flow:
        """Give the version a call began with, or the newest where that file is gone."""
        return self.flows.get(version) or self.newest


@cache
def load(folder: Path = FOLDER) -> Catalog:
    """Read and check every flow file; raises BadFlow."""
    flows = [read(tomllib.loads(path.read_text())) for path in sorted(folder.glob("*.toml"))]
    if not flows:
        raise BadFlow(f"There is no flow in {folder.name}/.")
    for flow in flows:
        check(flow)
    return Catalog({flow.version: flow for flow in flows})


def read(data: Mapping[str, Any]) -> Flow:
    """Build a flow from a parsed file; raises BadFlow for unknown kinds or fields."""
    try:
        nodes = {name: _node(dict(body)) for name, body in data["nodes"].items()}
        return Flow(data["version"], data["start"], nodes, data["words"], data.get("called"), data.get("late"))
    except (KeyError, TypeError) as error:
        raise BadFlow(f"The flow cannot be read: {error}") from error


def _node(body: dict[str, Any]) -> Node:
    return _KINDS[body.pop("kind")](**body)


def check(flow: Flow) -> None:
    """Refuse a flow with a way to nowhere, missing words, or a node from which no person is reached."""
    faults = [f"the name {name!r} is not of small letters and _" for name in flow.nodes if not _NAME.fullmatch(name)]
    faults += [*_dangling(flow), *_unspoken(flow), *_stranded(flow)]
    if faults:
        raise BadFlow(f"Flow {flow.version}: " + "; ".join(faults))


def ways(node: Node) -> tuple[str, ...]:
    """List the nodes a node can lead to."""
    match node:
        case Menu(choices=choices, lost=lost, silence=silence):
            return (*choices.values(), lost, *((silence,) if silence else ()))
        case Tell(then=then):
            return (then,)
        case Forward(unanswered=unanswered):
            return (unanswered,)
        case Meet(otherwise=otherwise):
            return (otherwise,)
        case Queue() | Part():
            return ()


def _dangling(flow: Flow) -> Iterable[str]:
    for start in filter(None, (flow.start, flow.called, flow.late)):
        if start not in flow.nodes:
            yield f"the start {start!r} is no node"
    for name, node in flow.nodes.items():
        yield from (f"{name} leads to {way!r}, which is no node" for way in ways(node) if way not in flow.nodes)


def _unspoken(flow: Flow) -> Iterable[str]:
    used = {node.prompt for node in flow.nodes.values() if node.prompt} | set(SPOKEN_BY_THE_FLOW)
    for prompt in sorted(used):
        yield from (
            f"the prompt {prompt!r} has no words in {language}"
            for language in LANGUAGES
            if not flow.words.get(prompt, {}).get(language, "").strip()
        )


def _stranded(flow: Flow) -> Iterable[str]:
    """Name nodes from which no queue is reached, where telling leads in a circle, or menus without a question."""
    # Goodbye is only for somebody whom we have called: whoever calls us reaches a person.
    ours = flow.nodes.keys() - _reach(flow, flow.start)
    safe = {name for name, node in flow.nodes.items() if isinstance(node, Queue) or name in ours}
    for _ in flow.nodes:
        safe |= {name for name, node in flow.nodes.items() if ways(node) and _fallback(node) in safe}
    yield from (
        f"a caller who does nothing at {name} never reaches a person" for name in flow.nodes if name not in safe
    )


def _reach(flow: Flow, start: str) -> set[str]:
    """List every node that somebody can come to from a start."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        name = ahead.pop()
        if name in flow.nodes and name not in seen:
            seen.add(name)
            ahead.extend(ways(flow.nodes[name]))
    return seen


def _fallback(node: Node) -> str:
    match node:
        case Menu(lost=lost):
            return lost
        case _:
            return ways(node)[0]
