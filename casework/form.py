"""The contact form as it comes in: every part may be missing until it is finalized."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StrictInt, model_validator

from casework.policy.finalizing import Filled
from casework.policy.instruments import Declined
from casework.policy.triage import Level
from casework.words import Line, Name, Notes, Paragraph

Relation = Literal[
    "self", "family", "friend", "neighbor", "landlord", "building_manager", "delivery_rider", "meter_reader",
    "professional", "other", "unknown",
]  # fmt: skip
Topic = Literal[
    "loneliness", "isolation", "seclusion", "bereavement", "family", "health", "mental_health", "suicide", "violence",
    "economic", "housing", "work", "care", "program_information", "welfare_information", "other",
]  # fmt: skip
Outcome = Literal[
    "silent", "hang_up", "wrong_number", "prank", "abusive", "test", "thank_you", "enquiry", "no_consent",
]  # fmt: skip
OutcomeClass = Literal["data", "non_data"]
Sex = Literal["female", "male", "other"]
DongCode = Annotated[str, Field(pattern=r"^\d{10}$")]
"""An administrative dong's code; its first five digits are its district's."""
ConsentAnswer = Literal["given", "refused", "overridden", "not_possible"]
Agency = Literal["119", "112", "joint"]
PlaceSource = Literal["caller", "subject", "reporter", "record", "landmark", "responder", "other"]
Confidence = Literal["exact", "likely", "unsure"]


def in_our_time(moment: datetime) -> datetime:
    """Refuse a moment that is surely a slip of the pen."""
    if not 2000 <= moment.year <= 2200:  # noqa: PLR2004 - a century either way
        raise ValueError("write a date between the years 2000 and 2200")
    return moment


When = Annotated[AwareDatetime, AfterValidator(in_our_time)]


class Part(BaseModel):
    """A part of the form; an unknown field is refused rather than lost."""

    model_config = ConfigDict(extra="forbid")


class Someone(Part):
    """Whoever called."""

    name: Name | None = None
    phone: Line | None = None


class Subject(Someone):
    """Whom it is about."""

    birth_year: Annotated[int, Field(ge=1880, le=2200)] | None = None
    sex: Sex | None = None
    district: Line | None = None
    dong: DongCode | None = None
    address: Line | None = None
    detail: Line | None = None


class Consent(Part):
    """What the subject said to being helped, or why it was not asked or not followed."""

    answer: ConsentAnswer | None = None
    reason: Line | None = None
    legal_basis: Line | None = None


class Window(Part):
    """A stretch of time somebody agreed to be called in."""

    start: When | None = None
    end: When | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.start and self.end and self.end <= self.start:
            raise ValueError("the window must end after it starts")
        return self


class InDepth(Part):
    """A call back by a social worker of the center."""

    window: Window | None = None


class VisitAsked(Part):
    """A visit by the district's team."""

    district: Line | None = None
    address: Line | None = None
    detail: Line | None = None
    reason: Paragraph | None = None
    safety_notes: Paragraph | None = None


class DispatchAsked(Part):
    """An ambulance, the police, or both."""

    kind: Agency | None = None
    place: Line | None = None
    detail: Line | None = None
    place_source: PlaceSource | None = None
    confidence: Confidence | None = None
    people: Line | None = None
    danger: Paragraph | None = None
    callback_number: Line | None = None


class FollowUp(Part):
    """A promise to be in touch again."""

    due: When | None = None


class NextStep(Part):
    """What this contact starts: any of these together."""

    in_depth: InDepth | None = None
    visit: VisitAsked | None = None
    dispatch: DispatchAsked | None = None
    no_dispatch_reason: Line | None = None
    follow_up: FollowUp | None = None


class ScreeningAsked(Part):
    """An instrument that was asked in the conversation: its answers by item, `declined` among them."""

    instrument: Annotated[str, Field(max_length=20)]
    answers: Annotated[dict[Annotated[str, Field(max_length=40)], StrictInt | Declined], Field(max_length=40)]


class Form(Part):
    """The whole form."""

    relation: Relation | None = None
    reporter: Someone | None = None
    subject: Subject | None = None
    topic: Topic | None = None
    outcome_class: OutcomeClass | None = None
    outcome: Outcome | None = None
    triage_level: Level | None = None
    consent: Consent | None = None
    screenings: Annotated[list[ScreeningAsked], Field(max_length=12)] | None = None
    notes: Notes | None = None
    next_step: NextStep | None = None

    def filled(self) -> Filled:
        """Give what decides whether this may be finalized."""
        step, consent, subject = self.next_step or NextStep(), self.consent, self.subject
        known = subject is not None and any((subject.name, subject.phone, subject.district, subject.address))
        return Filled(
            outcome_class=self.outcome_class,
            outcome=self.outcome,
            triage_level=self.triage_level,
            topic=self.topic,
            relation=self.relation,
            subject_known=known,
            consent=consent.answer if consent else None,
            consent_reasoned=bool(consent and consent.reason and consent.legal_basis),
            in_depth=step.in_depth is not None,
            visit=step.visit is not None,
            dispatch=step.dispatch is not None,
            follow_up=step.follow_up is not None,
            no_dispatch_reason=bool(step.no_dispatch_reason),
            gaps=tuple(_gaps(step)),
        )


_NEEDED: dict[str, tuple[str, ...]] = {
    "visit": ("district", "address", "reason"),
    "dispatch": ("kind", "place", "place_source", "confidence", "danger"),
    "follow_up": ("due",),
}


def _gaps(step: NextStep) -> Iterator[str]:
    for name, needed in _NEEDED.items():
        part = getattr(step, name)
        if part is not None:
            yield from (f"next_step.{name}.{field}" for field in needed if not getattr(part, field))
    window = step.in_depth.window if step.in_depth else None
    if window is not None and not (window.start and window.end):
        yield "next_step.in_depth.window"


Values = dict[str, Any]


def merge(old: Values, new: Values) -> Values:
    """Lay `new` over `old` (RFC 7396): parts are merged, null takes a value away, a list or word replaces."""
    merged = dict(old)
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            before = merged.get(key)
            merged[key] = merge(before if isinstance(before, dict) else {}, value)
        else:
            merged[key] = value
    return merged
