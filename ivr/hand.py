"""What a counselor does with a call in hand beyond talking: questions by key, a warning, an end with a reason."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

import casework.service as cases
import routing.service as queue
from casework.config import Config
from casework.service.escalations import escalate
from core import audit, live, outbox
from core.errors import Conflict, Invalid
from core.ids import named_id
from core.security import Vault
from core.staff import Actor
from ivr import transfers
from ivr.catalog import Catalog
from ivr.messages import CallChanged, CallerCannotSpeak, CallerClosed, KeysAsked, KeysHeard
from ivr.own import lock_own_talk
from ivr.service import ANSWERED_WITHIN, is_asked
from routing.board import Board


def cannot_speak(tx: Session, message: CallerCannotSpeak, at: datetime) -> None:
    """Mark a contact whose caller cannot speak, for whoever is offered it."""
    cases.cannot_speak(tx, message.contact_id, at)
    queue.hint(tx, message.contact_id, "cannot_speak")


def ask_keys(tx: Session, contact_id: UUID, actor: Actor, question: str, *, catalog: Catalog, at: datetime) -> None:
    """Have a prepared question put to one's own caller; raises Invalid or Conflict, and as `ask_hold`."""
    known = catalog.newest.questions
    if question not in known:
        raise Invalid(f"준비된 질문이 아닙니다. Choose one of: {', '.join(known)}.", field="question")
    call, _ = lock_own_talk(tx, contact_id, actor.id)
    transfers.require_none(tx, call)
    if is_asked(call, at) and call.room is None:
        raise Conflict("아직 앞 질문의 답을 기다리고 있습니다. The caller is still being asked.")
    call.asked_at = at
    outbox.post(tx, KeysAsked(call.sid, question), at=at)
    # A caller who does not come back from the question is gone: nobody else would look.
    outbox.post(tx, CallChanged(call.sid), at=at, due=at + ANSWERED_WITHIN)


def keys_heard(tx: Session, message: KeysHeard, _: datetime, *, board: Board) -> None:
    """Show the answer on the counselor's screen."""
    offer = queue.current_offer(tx, message.contact_id)
    if offer is not None:
        told = {"contact_id": message.contact_id, "question": message.question, "answer": message.answer}
        live.tell(tx, board.redis, f"seat:{offer.counselor_id}", "keys", **told)


def warn(tx: Session, contact_id: UUID, actor: Actor, reason: str, *, at: datetime) -> None:
    """Write down that one's own caller was warned that abuse ends a call; raises as `ask_hold`."""
    call, _ = lock_own_talk(tx, contact_id, actor.id)
    call.warned_at = call.warned_at or at
    audit.record(tx, actor.id, "call.warn", ("contact", contact_id), at=at, reason=reason)


def end_for_abuse(
    tx: Session, contact_id: UUID, actor: Actor, *, board: Board, means: tuple[Vault, Config], at: datetime
) -> None:
    """End one's own conversation for abuse: the caller is told kindly, and a supervisor reviews it.

    Raises Conflict without a warning, or where the caller may be in danger; and as `ask_hold`.
    """
    vault, config = means
    call, _ = lock_own_talk(tx, contact_id, actor.id)
    transfers.require_none(tx, call)
    if call.warned_at is None:
        raise Conflict("먼저 경고하고 기록해 주세요. Warn the caller first: POST .../warn.")
    if cases.needs_us(tx, contact_id, vault=vault):
        raise Conflict("위험할 수 있는 분의 통화는 이 이유로 끊을 수 없습니다. Somebody at risk is not hung up on.")
    call.ended_by = "counselor"
    queue.finish(tx, contact_id, "counselor", board=board, at=at)
    outbox.post(tx, CallerClosed(call.sid, "abuse"), at=at, id=named_id("closed", call.sid))
    audit.record(tx, actor.id, "call.end", ("contact", contact_id), at=at, reason="abuse")
    escalate(tx, ("contact", contact_id), "abuse", config=config, at=at)
