"""What the API answers of instruments and screenings, in both languages."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from casework.policy.instruments import Answer, Finding, Instrument, Item, Result, When, Wording
from casework.views import Out


class TextOut(Out):
    """Words in both languages."""

    ko: str
    en: str


class FindingOut(Out):
    """What a score or an answer means, the level it asks for, what to ask next and what to do."""

    name: str
    words: TextOut
    level: str | None
    ask: str | None
    advice: TextOut | None


class OptionOut(Out):
    """One answer that can be chosen."""

    value: int
    words: TextOut


class WhenOut(Out):
    """Holds if one of `any`, or every one of `all`, was answered so."""

    any: dict[str, list[Answer]]
    all: dict[str, list[Answer]]


class ItemOut(Out):
    """One question."""

    key: str
    words: TextOut
    options: list[OptionOut]
    needed_if: WhenOut | None


class BandOut(Out):
    """A finding from a score on."""

    at_least: int
    finding: FindingOut


class ScaleOut(Out):
    """A sum over items."""

    name: str
    items: list[str]
    bands: list[BandOut]


class RuleOut(Out):
    """A finding where answers are so; the first that holds counts."""

    when: WhenOut
    finding: FindingOut


class InstrumentOut(Out):
    """An instrument: what is asked, whose words these are, and how it is scored."""

    code: str
    version: int
    name: TextOut
    intro: TextOut | None
    source: str
    license: str
    wording: dict[str, Wording]
    asked_by: str
    continues: str | None
    items: list[ItemOut]
    scales: list[ScaleOut]
    rules: list[RuleOut]


class ScoreOut(Out):
    """A scale's score; null while one of its items was not asked or declined."""

    scale: str
    score: int | None


class ScreeningOut(Out):
    """A screening; an item that is not among the answers was not asked."""

    id: UUID
    instrument: str
    instrument_version: int
    contact_id: UUID | None
    case_id: UUID | None
    state: str
    asked_by: UUID
    started_at: datetime
    finished_at: datetime | None
    level: str | None
    version: int
    answers: dict[str, Answer] = Field(default_factory=dict)
    missing: list[str] = Field(default_factory=list)
    scores: list[ScoreOut] = Field(default_factory=list)
    findings: list[FindingOut] = Field(default_factory=list)


def instrument_out(which: Instrument) -> InstrumentOut:
    """Show an instrument."""
    return InstrumentOut(
        code=which.code,
        version=which.version,
        name=TextOut.model_validate(which.name),
        intro=TextOut.model_validate(which.intro) if which.intro else None,
        source=which.source,
        license=which.license,
        wording=dict(which.wording),
        asked_by=which.asked_by,
        continues=which.continues,
        items=[_item(item) for item in which.items],
        scales=[
            ScaleOut(
                name=scale.name,
                items=list(scale.items),
                bands=[BandOut(at_least=least, finding=finding_out(finding)) for least, finding in scale.bands],
            )
            for scale in which.scales
        ],
        rules=[RuleOut(when=_when(when), finding=finding_out(finding)) for when, finding in which.rules],
    )


def finding_out(finding: Finding) -> FindingOut:
    """Show a finding."""
    return FindingOut.model_validate(finding)


def read_out(screening: ScreeningOut, answers: dict[str, Answer], result: Result) -> ScreeningOut:
    """Show a screening with its answers and what they say."""
    told = {
        "answers": answers,
        "missing": list(result.missing),
        "scores": [ScoreOut(scale=each.scale, score=each.score) for each in result.scales],
        "findings": [finding_out(finding) for finding in result.findings],
    }
    return screening.model_copy(update=told)


def _item(item: Item) -> ItemOut:
    options = [OptionOut.model_validate(option) for option in item.options]
    needed_if = _when(item.needed_if) if item.needed_if else None
    return ItemOut(key=item.key, words=TextOut.model_validate(item.words), options=options, needed_if=needed_if)


def _when(when: When) -> WhenOut:
    some, every = ({key: list(values) for key, values in part.items()} for part in (when.any, when.all))
    return WhenOut(any=some, all=every)
