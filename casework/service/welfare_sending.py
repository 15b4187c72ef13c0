"""What a welfare check becomes when the telephone is not enough: a visit, or emergency services."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Means
from casework.policy.finalizing import EMERGENCY_BASIS
from casework.policy.states import DISPATCH, VISIT, WELFARE_CHECK, move
from casework.policy.triage import GUARDED, respond_by
from casework.queries import field
from casework.queries import welfare as queries
from casework.queries.cases import case as case_of
from casework.queries.places import team_of
from casework.service.places import require_district
from casework.service.starting import send_dispatch, send_visit
from casework.tables import Contact, Dispatch, Visit, WelfareCheck
from core import audit
from core.errors import Conflict
from core.ids import named_id
from core.phone import require_number
from core.staff import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ToVisit:
    """Where two people shall look, and on what ground."""

    district: str
    address: str
    consent: str
    legal_basis: str | None = None
    safety_notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDispatch:
    """Whom to send where, and against what danger."""

    kind: str
    place: str
    place_source: str
    confidence: str
    danger: str
    people: str | None = None
    callback_number: str | None = None


def send_a_visit(
    tx: Session, check_id: UUID, wanted: ToVisit, actor: Actor, *, means: Means, at: datetime
) -> WelfareCheck:
    """Have somebody visited; raises Conflict while a visit for this check is under way, Invalid for no district."""
    require_district(tx, wanted.district, at="district", on=at.date())
    check = queries.lock_check(tx, check_id)
    if check.visit_id is not None and field.visit(tx, check.visit_id).state not in VISIT.closed:
        raise Conflict("이미 방문이 진행 중입니다. A visit for this check is under way.", visit_id=str(check.visit_id))
    state, contact = move(WELFARE_CHECK, check.state, "visiting"), _contact_of(tx, check)
    config, vault = means.config, means.vault
    by = respond_by(check.triage_level, at, config.targets) or at + config.visit_within
    within = (
        config.urgent_visit_acknowledged_within if check.triage_level in GUARDED else config.visit_acknowledged_within
    )
    made = Visit(
        id=named_id("visit", str(check.id), check.version), case_id=check.case_id, contact_id=contact.id,
        person_id=case_of(tx, check.case_id).subject_person_id, state=VISIT.start, district=wanted.district,
        team_id=team_of(wanted.district), triage_level=check.triage_level, consent=wanted.consent,
        legal_basis=wanted.legal_basis, requested_at=at, requested_by=actor.id, page=1, via="pending",
        acknowledge_by=at + within, visit_by=max(by, at + config.travel), workers=[], no_answers=0,
        address_cipher=vault.seal(wanted.address), reason_cipher=check.reason_cipher,
        safety_cipher=vault.seal(wanted.safety_notes) if wanted.safety_notes else None,
    )  # fmt: skip
    send_visit(tx, made, at=at)
    check.visit_id = made.id
    return _sent(tx, check, state, actor, at)


def send_a_dispatch(
    tx: Session, check_id: UUID, wanted: ToDispatch, actor: Actor, *, means: Means, at: datetime
) -> WelfareCheck:
    """Have emergency services look after somebody; raises Conflict where they have been sent already."""
    check = queries.lock_check(tx, check_id)
    state, contact = move(WELFARE_CHECK, check.state, "dispatched"), _contact_of(tx, check)
    sealed = {
        "place_cipher": wanted.place, "people_cipher": wanted.people, "danger_cipher": wanted.danger,
        "callback_cipher": require_number(wanted.callback_number) if wanted.callback_number else None,
    }  # fmt: skip
    made = Dispatch(
        id=named_id("dispatch", str(check.id)), case_id=check.case_id, contact_id=contact.id,
        person_id=case_of(tx, check.case_id).subject_person_id, kind=wanted.kind,
        state=move(DISPATCH, DISPATCH.start, "requested"), triage_level="emergency", legal_basis=EMERGENCY_BASIS,
        requested_at=at, requested_by=actor.id, place_source=wanted.place_source, place_confidence=wanted.confidence,
        page=1, via="pending", acknowledge_by=at + means.config.dispatch_acknowledged_within,
        **{column: means.vault.seal(words) if words else None for column, words in sealed.items()},
    )  # fmt: skip
    send_dispatch(tx, made, config=means.config, at=at)
    check.dispatch_id = made.id
    return _sent(tx, check, state, actor, at)


def _contact_of(tx: Session, check: WelfareCheck) -> Contact:
    contact = queries.latest_contact(tx, check.case_id)
    if contact is None:
        raise Conflict("이 사례에는 상담 기록이 없습니다. This case has no contact: write one first.")
    return contact


def _sent(tx: Session, check: WelfareCheck, state: str, actor: Actor, at: datetime) -> WelfareCheck:
    check.state, check.version = state, check.version + 1
    audit.record(tx, actor.id, f"welfare_check.{state}", ("welfare_check", check.id), at=at)
    tx.flush()
    return check
