"""What a contact's form must say before it can be finalized."""

from collections.abc import Iterator
from dataclasses import dataclass

Problem = tuple[str, str]
"""Which field, and what to do about it."""

EMERGENCY_BASIS = "PIPA 15(1)5, 17(1)2, 18(2)3"
"""Korea's privacy act on telling others what a clear and urgent danger to life or body asks for, without consent.

It does not reach health data (article 23), so a dispatch carries identity, place and danger only.
"""


_STARTS_NOTHING = (
    "상담이 아니면 다음 단계를 지우세요. A non-data contact starts nothing: take the next step away, or choose `data`."
)
_SUBJECT = (
    "대상자를 찾을 수 있게 이름, 전화, 자치구, 주소 가운데 하나를 적으세요. "
    "The caller speaks of somebody else: give a name, telephone, district or address of theirs."
)
_EMERGENCY = (
    "응급에는 출동 요청이나 출동하지 않는 까닭이 필요합니다. An emergency needs a dispatch, or `no_dispatch_reason`."
)
_OVERRIDE = "동의를 넘어서려면 까닭과 법적 근거가 필요합니다. An override needs its reason and its legal_basis."
_VISIT = (
    "방문에는 동의나, 동의를 넘어서는 까닭과 법적 근거가 필요합니다. "
    "A visit needs consent, or an override with its reason and legal_basis."
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What a form says, as far as it decides anything."""

    outcome_class: str | None
    outcome: str | None
    triage_level: str | None
    topic: str | None
    relation: str | None
    subject_known: bool
    """Something is said of the subject by which they could be found or told apart."""
    consent: str | None
    consent_reasoned: bool
    """An override names its reason and its legal basis."""
    in_depth: bool
    visit: bool
    dispatch: bool
    follow_up: bool
    no_dispatch_reason: bool
    gaps: tuple[str, ...] = ()
    """Fields that what is to be started cannot do without."""

    @property
    def starts(self) -> bool:
        """Tell whether anything would be started."""
        return self.in_depth or self.visit or self.dispatch or self.follow_up


def problems(form: Filled) -> list[Problem]:
    """List everything that keeps this form from being finalized; an empty list lets it pass."""
    if form.outcome_class is None:
        return [("outcome_class", "상담인지 아닌지 골라 주세요. Say whether this is `data` or `non_data`.")]
    return list(_non_data(form) if form.outcome_class == "non_data" else _data(form))


def _non_data(form: Filled) -> Iterator[Problem]:
    if form.outcome is None:
        yield "outcome", "어떤 전화였는지 골라 주세요. Say what kind of contact this was (hang_up, wrong_number, ...)."
    if form.starts:
        yield "next_step", _STARTS_NOTHING


def _data(form: Filled) -> Iterator[Problem]:
    if form.outcome is not None:
        yield "outcome", "상담이면 비워 두세요. Only a non-data contact has this: take it away."
    missing = [field for field in ("triage_level", "topic", "relation") if getattr(form, field) is None]
    for field in (*missing, *form.gaps):
        yield field, "꼭 채워야 합니다. This must be filled in."
    if form.relation not in {None, "self"} and not form.subject_known:
        yield "subject", _SUBJECT
    if form.triage_level == "emergency" and not form.dispatch and not form.no_dispatch_reason:
        yield "next_step.dispatch", _EMERGENCY
    yield from _consent(form)


def _consent(form: Filled) -> Iterator[Problem]:
    overridden = form.consent == "overridden"
    if overridden and not form.consent_reasoned:
        yield "consent", _OVERRIDE
    if form.in_depth and form.consent != "given":
        yield "consent", "심층상담에는 동의가 필요합니다. In-depth counseling needs consent that was given."
    if form.visit and not (form.consent == "given" or (overridden and form.consent_reasoned)):
        yield "consent", _VISIT
