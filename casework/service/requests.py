"""What people demand of us about their data: owed within ten days, granted or refused with reasons."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from casework.policy.privacy import ANSWER_WITHIN, RequestKind
from casework.queries import privacy as queries
from casework.queries.duties import lock_duty
from casework.queries.people import lock_root_of, records_of
from casework.service import erasing
from casework.service.owing import Owed, end, owe
from casework.service.reveals import revealed
from casework.tables import PrivacyRequest
from core import audit
from core.access_log import Seen
from core.errors import Conflict
from core.ids import named_id, new_id
from core.security import Vault
from core.staff import Actor

_DEMANDED = "열람 요구에 따른 사본. A copy for whoever demanded to see their data."


def receive(tx: Session, person_id: UUID, kind: RequestKind, *, by: UUID | None, at: datetime) -> PrivacyRequest:
    """Write down a demand and owe the answer within ten days; one that waits already stays one."""
    person = lock_root_of(tx, person_id)
    known = queries.open_request(tx, records_of(tx, person.id), kind)
    if known is not None:
        return known
    made = PrivacyRequest(id=new_id(at), person_id=person.id, kind=kind, state="received", received_at=at)
    made.received_by, made.due_at = by, at + ANSWER_WITHIN
    tx.add(made)
    tx.flush()
    owe(tx, Owed(id=_duty_of(made), kind="privacy_request", due_at=made.due_at), at=at)
    audit.record(tx, by, "privacy.request", ("person", person.id), at=at, kind=kind)
    return made


def _duty_of(request: PrivacyRequest) -> UUID:
    return named_id("duty", "privacy_request", str(request.id))


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no to a demand, and why."""

    granted: bool
    reason: str


def answer(tx: Session, request_id: UUID, actor: Actor, said: Answer, *, vault: Vault, at: datetime) -> PrivacyRequest:
    """Answer a demand; an erasure that is granted is carried out.

    Raises Conflict where it is answered already, and where something stands against the erasure.
    """
    request = queries.lock(tx, PrivacyRequest, request_id)
    if request.state != "received":
        raise Conflict("이미 답한 요구입니다. This request is answered already.", state=request.state)
    if said.granted and request.kind == "erase":
        against = erasing.stands_against(tx, request.person_id, at=at)
        if against:
            words = "아직 지울 수 없습니다. `against`를 먼저 끝내거나 거절하세요. End these first, or refuse."
            raise Conflict(words, against=against)
        erasing.anonymize(tx, request.person_id, "request", by=actor.id, vault=vault, at=at)
    _close(tx, request, "granted" if said.granted else "refused", actor.id, at)
    request.answer_cipher = vault.seal(said.reason)
    audit.record(tx, actor.id, "privacy.answer", ("privacy_request", request.id), at=at, granted=said.granted)
    tx.flush()
    return request


def carry_out(tx: Session, request: PrivacyRequest, *, vault: Vault, at: datetime) -> None:
    """Grant an erasure by itself where nothing stands against it; else a person decides, by its deadline."""
    if request.state == "received" and not erasing.stands_against(tx, request.person_id, at=at):
        erasing.anonymize(tx, request.person_id, "withdrawn", by=None, vault=vault, at=at)
        _close(tx, request, "granted", None, at)


def _close(tx: Session, request: PrivacyRequest, state: str, by: UUID | None, at: datetime) -> None:
    request.state, request.answered_at, request.answered_by = state, at, by
    duty = lock_duty(tx, _duty_of(request))
    if duty.ended_at is None:
        end(tx, duty, "done", by=by, at=at)


def copy(tx: Session, request_id: UUID, actor: Actor, *, vault: Vault, at: datetime) -> erasing.Copy:
    """Give everything held of the person who demands to see it, in clear; who reported them is not among it."""
    request = queries.lock(tx, PrivacyRequest, request_id)
    if request.kind != "access":
        raise Conflict("열람 요구가 아닙니다. Only a request for access is given a copy.", kind=request.kind)
    audit.record(tx, actor.id, "privacy.copy", ("privacy_request", request.id), at=at)
    revealed(tx, actor, Seen("person", [request.person_id], [request.person_id]), _DEMANDED, at=at)
    return erasing.copy_of(tx, request.person_id, vault)
