"""What a contact's form must say before it can be finalized."""

from collections.abc import Iterator
from dataclasses import dataclass

Problem = tuple[str, str]
"""Which field, and what to do about it."""

EMERGENCY_BASIS = "PIPA 15(1)5, 17(1)2, 18(2)3"
"""Korea's privacy act on telling others what a clear and urgent danger to life or body asks for, without consent.

It does not reach health data (article 23), so a dispatch carries identity, place and danger only.
"""


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
        return [("outcome_class", "Say whether this is `data` or `non_data`.")]
    return list(_non_data(form) if form.outcome_class == "non_data" else _data(form))


def _non_data(form: Filled) -> Iterator[Problem]:
    if form.outcome is None:
        yield "outcome", "Say what kind of contact this was (hang_up, wrong_number, ...)."
    if form.starts:
        yield "next_step", "A non-data contact starts nothing: take the next step away, or choose `data`."


def _data(form: Filled) -> Iterator[Problem]:
    if form.outcome is not None:
        yield "outcome", "Only a non-data contact has this: take it away."
    missing = [field for field in ("triage_level", "topic", "relation") if getattr(form, field) is None]
    for field in (*missing, *form.gaps):
        yield field, "This must be filled in."
    if form.relation not in {None, "self"} and not form.subject_known:
        yield "subject", "The caller speaks of somebody else: give a name, telephone, district or address of theirs."
    if form.triage_level == "emergency" and not form.dispatch and not form.no_dispatch_reason:
        yield "next_step.dispatch", "An emergency needs a dispatch, or `no_dispatch_reason`."
    yield from _consent(form)


def _consent(form: Filled) -> Iterator[Problem]:
    overridden = form.consent == "overridden"
    if overridden and not form.consent_reasoned:
        yield "consent", "An override needs its reason and its legal_basis."
    if form.in_depth and form.consent != "given":
        yield "consent", "In-depth counseling needs consent that was given."
    if form.visit and not (form.consent == "given" or (overridden and form.consent_reasoned)):
        yield "consent", "A visit needs consent, or an override with its reason and legal_basis."
