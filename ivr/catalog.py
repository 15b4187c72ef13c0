"""Reads the flows from their files and refuses, at start-up, one that could leave a caller stranded."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ivr.menu import EXIT_OF, Callback, Flow, Forward, Meet, Menu, Node, Overflow, Part, Queue, Tell, Voicemail
from ivr.modes.policy import KINDS as MODES
from routing.needs import ANY, load_needs

FOLDER = Path(__file__).parent / "flows"
LANGUAGES = ("ko", "en")
SPOKEN_BY_THE_FLOW = (
    "callback_promised", "comfort", "danger_heard", "first_comfort", "goodbye", "no_call",
    "nobody_answers", "not_a_choice", "nothing_heard", "place", "place_next", "return_to_queue", "still_here",
    "to_duty_desk", "to_next_counselor", "to_other_desk", "wait_minutes", "wait_short", "waiting_choices",
    "waiting_choices_unreachable", "watched",
)  # fmt: skip
SPOKEN_TO_OFFICERS = (
    "officer_callback", "officer_choices", "officer_danger", "officer_greeting", "officer_later", "officer_people",
    "officer_place", "officer_place_exact", "officer_place_likely", "officer_place_unsure", "officer_taken",
    "officer_thanks",
)  # fmt: skip
SPOKEN_AFTER_RECORDING = ("voicemail_empty", "voicemail_kept")
SPOKEN_TO_THE_SILENT = ("answer_by_key", "cannot_speak_choice", "cannot_speak_heard", "closed_for_abuse")
SOUNDS = Path(__file__).parent / "sounds"
_NAME = re.compile(r"[a-z_]+")
_KINDS: Mapping[str, type[Node]] = {
    "menu": Menu, "tell": Tell, "queue": Queue, "forward": Forward, "voicemail": Voicemail,
    "callback": Callback, "meet": Meet, "part": Part,
}  # fmt: skip


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
    catalog = Catalog({flow.version: flow for flow in flows})
    if missing := [mode for mode in MODES if mode != "normal" and mode not in catalog.newest.modes]:
        raise BadFlow(f"Flow {catalog.newest.version} is the newest, and has no beginning for: {', '.join(missing)}.")
    if silent := [*_wordless(catalog.newest, SPOKEN_TO_OFFICERS)]:
        raise BadFlow(f"Flow {catalog.newest.version} is the newest: " + "; ".join(silent))
    return catalog


def read(data: Mapping[str, Any]) -> Flow:
    """Build a flow from a parsed file; raises BadFlow for unknown kinds or fields."""
    try:
        nodes = {name: _node(dict(body)) for name, body in data["nodes"].items()}
        return Flow(
            data["version"],
            data["start"],
            nodes,
            data["words"],
            data.get("called"),
            data.get("late"),
            modes=data.get("modes", {}),
            questions=data.get("questions", {}),
        )
    except (KeyError, TypeError) as error:
        raise BadFlow(f"The flow cannot be read: {error}") from error


def _node(body: dict[str, Any]) -> Node:
    if "overflow" in body:
        body["overflow"] = tuple(Overflow(**step) for step in body["overflow"])
    return _KINDS[body.pop("kind")](**body)


def check(flow: Flow) -> None:
    """Refuse a flow with a way to nowhere, missing words, or a node from which no person is reached."""
    faults = [f"the name {name!r} is not of small letters and _" for name in flow.nodes if not _NAME.fullmatch(name)]
    faults += [*_dangling(flow), *_unspoken(flow), *_unsound(flow), *_odd_steps(flow)]
    if not faults:
        # Where ways lead can be followed only when each of them leads somewhere.
        faults = [*_stranded(flow), *_danger_at_a_machine(flow)]
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
        case Callback(unreachable=unreachable):
            return (unreachable,)
        case Meet(otherwise=otherwise):
            return (otherwise,)
        case Queue(overflow=overflow):
            return tuple(step.then for step in overflow)
        case Voicemail() | Part():
            return ()


def _dangling(flow: Flow) -> Iterable[str]:
    for start in filter(None, (flow.start, flow.called, flow.late)):
        if start not in flow.nodes:
            yield f"the start {start!r} is no node"
    for name, node in flow.nodes.items():
        yield from (f"{name} leads to {way!r}, which is no node" for way in ways(node) if way not in flow.nodes)
    for mode, name in flow.modes.items():
        if mode not in MODES or mode == "normal":
            yield f"{mode!r} is no mode with a beginning of its own"
        if name not in flow.nodes:
            yield f"the mode {mode} begins at {name!r}, which is no node"


def _unspoken(flow: Flow) -> Iterable[str]:
    used = {node.prompt for node in flow.nodes.values() if node.prompt} | set(SPOKEN_BY_THE_FLOW)
    recorders = [node for node in flow.nodes.values() if isinstance(node, Voicemail)]
    used |= set(flow.questions.values()) | set(SPOKEN_TO_THE_SILENT if flow.questions else ())
    used |= {node.again for node in recorders} | set(SPOKEN_AFTER_RECORDING if recorders else ())
    yield from _wordless(flow, used)


def _wordless(flow: Flow, prompts: Iterable[str]) -> Iterable[str]:
    for prompt in sorted(prompts):
        yield from (
            f"the prompt {prompt!r} has no words in {language}"
            for language in LANGUAGES
            if not flow.words.get(prompt, {}).get(language, "").strip()
        )


def _unsound(flow: Flow) -> Iterable[str]:
    there = {path.stem for path in SOUNDS.glob("*.wav")}
    for name, node in flow.nodes.items():
        if isinstance(node, Tell) and node.sound and node.sound not in there:
            yield f"{name} plays {node.sound!r}, which is no sound"


def _odd_steps(flow: Flow) -> Iterable[str]:
    for name, node in flow.nodes.items():
        if isinstance(node, Queue) and node.cannot_speak:
            there = flow.nodes.get(node.cannot_speak)
            if not isinstance(there, Queue) or there.name != node.name or node.priority == "danger" != there.priority:
                yield f"{name} lets somebody who cannot speak wait at {node.cannot_speak!r}, which is no such queue"
            if not flow.questions:
                yield f"{name} is for callers who cannot speak, and there are no questions to ask them"
        if isinstance(node, Queue) and node.need != ANY:
            if load_needs().of(node.need) is None:
                yield f"{name} is for {node.need!r}, which is no need"
            if node.priority == "danger":
                yield f"{name} is for somebody in danger, whom everybody takes: they have no need"
        for step in node.overflow if isinstance(node, Queue) else ():
            if step.when not in EXIT_OF or step.after < 0 or (step.when == "full") != (step.size > 0):
                yield f"{name} has an overflow step {step.when!r} that can never be told due"


def _danger_at_a_machine(flow: Flow) -> Iterable[str]:
    """Name ways by which somebody in danger would come to a recorder, a promise, or among those who are not."""
    for name, node in flow.nodes.items():
        if isinstance(node, Queue | Meet) and node.priority == "danger":
            for reached in sorted(_led_to(flow, ways(node))):
                there = flow.nodes[reached]
                if isinstance(there, Voicemail | Callback) or (isinstance(there, Queue) and there.priority != "danger"):
                    yield f"somebody in danger at {name} is led to {reached} instead of to a person"


def _led_to(flow: Flow, names: Iterable[str]) -> set[str]:
    """Follow every way from some nodes on, as far as the next queues."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += () if isinstance(flow.nodes[name], Queue) else ways(flow.nodes[name])
    return found


def _stranded(flow: Flow) -> Iterable[str]:
    """Name nodes from which no queue and no recorder is reached, where telling leads in a circle."""
    # Goodbye is only for somebody whom we have called: whoever calls us reaches a person or a promise.
    ours = flow.nodes.keys() - _reach(flow, flow.start, *flow.modes.values())
    safe = {name for name, node in flow.nodes.items() if isinstance(node, Queue | Voicemail) or name in ours}
    for _ in flow.nodes:
        safe |= {name for name, node in flow.nodes.items() if ways(node) and _fallback(node) in safe}
    yield from (
        f"a caller who does nothing at {name} never reaches a person or a promise"
        for name in flow.nodes
        if name not in safe
    )


def _reach(flow: Flow, *starts: str) -> set[str]:
    """List every node that somebody can come to from any of these."""
    seen: set[str] = set()
    ahead = list(starts)
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
