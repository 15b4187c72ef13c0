"""What a finalized contact starts: duties, a visit, a dispatch, each with its clock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Config, Means
from casework.form import DispatchAsked, Form, InDepth, NextStep, VisitAsked
from casework.messages import (
    DispatchAcknowledgmentDue,
    DispatchArrivalDue,
    DispatchRequested,
    VisitAcknowledgmentDue,
    VisitDue,
    VisitRequested,
)
from casework.policy.duties import PRIORITY_OF
from casework.policy.finalizing import EMERGENCY_BASIS, Problem
from casework.policy.states import DISPATCH, VISIT, move
from casework.policy.triage import GUARDED, first_response_owed, respond_by
from casework.queries.places import team_of
from casework.service.owing import Owed, owe, put_off
from casework.service.steps import step
from casework.tables import Case, Contact, Dispatch, Visit
from core import outbox
from core.ids import named_id
from core.phone import require_number


def untimely(form: Form, at: datetime) -> list[Problem]:
    """List what would be started too late to be kept."""
    steps = form.next_step or NextStep()
    found = []
    if steps.follow_up and steps.follow_up.due and steps.follow_up.due <= at:
        found.append(("next_step.follow_up.due", "This is over already: write a time to come."))
    window = steps.in_depth.window if steps.in_depth else None
    if window and window.end and window.end <= at:
        found.append(("next_step.in_depth.window", "This is over already: write a time to come."))
    return found


@dataclass(frozen=True, slots=True)
class Finalized:
    """A contact that was finalized, for the first time or `again`, with its case and its form."""

    contact: Contact
    case: Case
    form: Form
    again: bool


def start(tx: Session, what: Finalized, *, means: Means, at: datetime) -> None:
    """Start what the form asks for; where nothing of it answers the level's target in time, a duty of its own does.

    What an earlier writing of the contact started goes on as it is; a follow-up still owed moves to its new time.
    """
    contact, case, steps = what.contact, what.case, what.form.next_step or NextStep()
    by = respond_by(contact.triage_level or "info", contact.opened_at, means.config.targets)
    deadlines: list[datetime] = []
    if steps.dispatch is not None:
        order = Order(named_id("dispatch", str(contact.id)), _by(contact), steps.dispatch)
        if not what.again or tx.get(Dispatch, order.id) is None:
            dispatch(tx, order, contact, case, means=means, at=at)
        deadlines.append(by or at)
    if steps.visit is not None:
        if not what.again or tx.get(Visit, named_id("visit", str(contact.id))) is None:
            _visit(tx, contact, case, steps.visit, means, at)
        deadlines.append(by or at)
    if steps.in_depth is not None:
        deadlines.append(_in_depth(tx, contact, steps.in_depth, by or at + means.config.in_depth_within, at))
    if steps.follow_up is not None and steps.follow_up.due is not None:
        deadlines.append(_follow_up(tx, contact, steps.follow_up.due, means.config, at))
    if by is not None and first_response_owed(by, deadlines):
        priority = PRIORITY_OF.get(contact.triage_level or "", "normal")
        owed = Owed(
            id=named_id("duty", "first_response", str(contact.id)), kind="first_response", due_at=by,
            contact_id=contact.id, case_id=contact.case_id, priority=priority,
        )  # fmt: skip
        owe(tx, owed, at=at)


def _in_depth(tx: Session, contact: Contact, asked: InDepth, otherwise: datetime, at: datetime) -> datetime:
    window = asked.window
    due = window.end if window and window.end else otherwise
    owed = Owed(
        id=named_id("duty", "in_depth_callback", str(contact.id)), kind="in_depth_callback", due_at=due,
        opens_at=window.start if window else None, contact_id=contact.id, case_id=contact.case_id,
    )  # fmt: skip
    return owe(tx, owed, at=at).due_at


def _follow_up(tx: Session, contact: Contact, due: datetime, config: Config, at: datetime) -> datetime:
    owed = Owed(
        id=named_id("duty", "follow_up", str(contact.id)), kind="follow_up", due_at=due,
        opens_at=due - config.follow_up_opens, owner_id=contact.owner_id, contact_id=contact.id,
        case_id=contact.case_id,
    )  # fmt: skip
    duty = owe(tx, owed, at=at)
    if duty.ended_at is None:
        put_off(tx, duty, due, at=at)
    return duty.due_at


def _by(contact: Contact) -> UUID:
    if contact.finalized_by is None:
        raise ValueError("Only a finalized contact starts anything.")
    return contact.finalized_by


@dataclass(frozen=True, slots=True)
class Order:
    """A dispatch's own id, who asks for it, and what is asked."""

    id: UUID
    by: UUID
    asked: DispatchAsked


def dispatch(tx: Session, order: Order, contact: Contact, case: Case, *, means: Means, at: datetime) -> Dispatch:
    """Ask for a dispatch, with its clocks."""
    asked = order.asked
    sealed = {
        "place_cipher": asked.place, "detail_cipher": asked.detail, "people_cipher": asked.people,
        "danger_cipher": asked.danger,
        "callback_cipher": require_number(asked.callback_number) if asked.callback_number else None,
    }  # fmt: skip
    made = Dispatch(
        id=order.id, case_id=case.id, contact_id=contact.id,
        person_id=case.subject_person_id, kind=asked.kind, state=move(DISPATCH, DISPATCH.start, "requested"),
        triage_level=contact.triage_level, legal_basis=EMERGENCY_BASIS, requested_at=at, requested_by=order.by,
        place_source=asked.place_source, place_confidence=asked.confidence, page=1, via="pending",
        acknowledge_by=at + means.config.dispatch_acknowledged_within,
        **{column: means.vault.seal(words) if words else None for column, words in sealed.items()},
    )  # fmt: skip
    send_dispatch(tx, made, config=means.config, at=at)
    return made


def send_dispatch(tx: Session, made: Dispatch, *, config: Config, at: datetime) -> None:
    """Write a new dispatch down and have it delivered, with its clocks."""
    tx.add(made)
    step(tx, ("dispatch", made.id), made.state, by=str(made.requested_by), at=at)
    outbox.post(tx, DispatchRequested(made.id, 1), at=at)
    outbox.post(tx, DispatchAcknowledgmentDue(made.id, 1), at=at, due=made.acknowledge_by)
    outbox.post(tx, DispatchArrivalDue(made.id), at=at, due=at + config.arrival_within)


def _visit(tx: Session, contact: Contact, case: Case, asked: VisitAsked, means: Means, at: datetime) -> None:
    district, level = asked.district or "", contact.triage_level or "info"
    by = respond_by(level, contact.opened_at, means.config.targets) or at + means.config.visit_within
    quick = level in GUARDED
    within = means.config.urgent_visit_acknowledged_within if quick else means.config.visit_acknowledged_within
    made = Visit(
        id=named_id("visit", str(contact.id)), case_id=case.id, contact_id=contact.id, person_id=case.subject_person_id,
        state=VISIT.start, district=district, team_id=team_of(district), triage_level=level,
        consent=contact.consent or "not_possible", legal_basis=contact.consent_basis,
        requested_at=at, requested_by=_by(contact), page=1, via="pending", acknowledge_by=at + within,
        visit_by=max(by, at + means.config.travel), workers=[], no_answers=0,
        address_cipher=means.vault.seal(asked.address or ""), reason_cipher=means.vault.seal(asked.reason or ""),
        safety_cipher=means.vault.seal(asked.safety_notes) if asked.safety_notes else None,
        detail_cipher=means.vault.seal(asked.detail) if asked.detail else None,
    )  # fmt: skip
    send_visit(tx, made, at=at)


def send_visit(tx: Session, made: Visit, *, at: datetime) -> None:
    """Write a new visit down and have it delivered, with its clocks."""
    tx.add(made)
    step(tx, ("visit", made.id), made.state, by=str(made.requested_by), at=at)
    outbox.post(tx, VisitRequested(made.id, 1), at=at)
    outbox.post(tx, VisitAcknowledgmentDue(made.id, 1), at=at, due=made.acknowledge_by)
    outbox.post(tx, VisitDue(made.id), at=at, due=made.visit_by)
