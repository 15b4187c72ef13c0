"""The screening instruments as they are kept in files, refused at start where one does not hold together."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, get_args

from casework.policy.instruments import (
    DECLINED,
    Finding,
    Instrument,
    Item,
    Option,
    Scale,
    Text,
    When,
    Wording,
)
from casework.policy.triage import LEVELS

FOLDER: Final = Path(__file__).parent / "data" / "instruments"
Catalog = Mapping[str, Instrument]
_ASKED_BY = ("anyone", "person")


class BadInstrument(ValueError):
    """An instrument that cannot be used, with what is wrong in it."""


@cache
def shipped() -> Catalog:
    """Give the instruments that come with the product."""
    return load(FOLDER)


def load(folder: Path) -> Catalog:
    """Read every instrument of a folder, each named by its file; raises BadInstrument."""
    made = {path.stem: _read(path) for path in sorted(folder.glob("*.toml"))}
    for instrument in made.values():
        for other in (instrument.continues, *(finding.ask for finding in _findings(instrument))):
            if other is not None and other not in made:
                raise BadInstrument(f"{instrument.code} leads to {other!r}, which is no instrument.")
    return made


def _read(path: Path) -> Instrument:
    try:
        made = parse(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, AttributeError, tomllib.TOMLDecodeError) as error:
        raise BadInstrument(f"{path.name} cannot be read: {error!r}") from error
    if problem := next(_problems(made), None):
        raise BadInstrument(f"{path.name}: {problem}")
    return made


def parse(code: str, data: Mapping[str, Any]) -> Instrument:
    """Build an instrument from parsed TOML."""
    options = {name: tuple(map(_option, listed)) for name, listed in data["options"].items()}
    return Instrument(
        code=code,
        version=data["version"],
        name=Text(**data["name"]),
        intro=Text(**data["intro"]) if "intro" in data else None,
        source=data["source"],
        license=data["license"],
        wording=data["wording"],
        asked_by=data["asked_by"],
        continues=data.get("continues"),
        items=tuple(_item(each, options[each["options"]]) for each in data["items"]),
        scales=tuple(
            Scale(each["name"], tuple(each["items"]), tuple((b["at_least"], _finding(b)) for b in each["bands"]))
            for each in data.get("scales", ())
        ),
        rules=tuple((_when(each), _finding(each)) for each in data.get("rules", ())),
    )


def _item(data: Mapping[str, Any], options: tuple[Option, ...]) -> Item:
    needed_if = _when({"any": data["needed_if"]}) if "needed_if" in data else None
    return Item(data["key"], _text(data), options, needed_if)


def _option(data: Mapping[str, Any]) -> Option:
    number = str(data["value"])
    return Option(data["value"], Text(data.get("ko", number), data.get("en", number)))


def _text(data: Mapping[str, Any]) -> Text:
    return Text(data["ko"], data["en"])


def _when(data: Mapping[str, Any]) -> When:
    some, every = ({item: tuple(vs) for item, vs in data.get(kind, {}).items()} for kind in ("any", "all"))
    return When(some, every)


def _finding(data: Mapping[str, Any]) -> Finding:
    advice = Text(data["advice_ko"], data["advice_en"]) if "advice_ko" in data else None
    return Finding(data["name"], _text(data), data.get("level"), data.get("ask"), advice)


def _findings(instrument: Instrument) -> Iterator[Finding]:
    yield from (finding for _, finding in instrument.rules)
    yield from (finding for scale in instrument.scales for _, finding in scale.bands)


def _problems(made: Instrument) -> Iterator[str]:
    if set(made.wording) != {"ko", "en"} or not set(made.wording.values()) <= set(get_args(Wording)):
        yield f"say of ko and en whose words they are: {', '.join(get_args(Wording))}."
    if made.asked_by not in _ASKED_BY:
        yield f"asked_by is one of {', '.join(_ASKED_BY)}."
    for finding in _findings(made):
        if finding.level not in {None, *LEVELS}:
            yield f"{finding.name}: there is no level {finding.level!r}."
    yield from _item_problems(made)
    yield from _scale_problems(made)
    yield from _rule_problems(made)


def _item_problems(made: Instrument) -> Iterator[str]:
    if len({item.key for item in made.items}) != len(made.items):
        yield "two items have one key."
    for item in made.items:
        if len(item.values) != len(item.options):
            yield f"two options of {item.key} have one value."


def _scale_problems(made: Instrument) -> Iterator[str]:
    for scale in made.scales:
        if unknown := set(scale.items) - {item.key for item in made.items}:
            yield f"the scale {scale.name} has no items {unknown}."
        if [at for at, _ in scale.bands] != sorted({at for at, _ in scale.bands}):
            yield f"the bands of {scale.name} must rise."


def _rule_problems(made: Instrument) -> Iterator[str]:
    values = {item.key: {*item.values, DECLINED} for item in made.items}
    for when in (*(when for when, _ in made.rules), *(i.needed_if for i in made.items if i.needed_if)):
        for key, asked in (*when.any.items(), *when.all.items()):
            if not set(asked) <= values.get(key, set()):
                yield f"a rule asks for {key} = {list(asked)}, which cannot be answered."
