"""Referrals: written, sent with consent, answered by a deadline; whoever referred hears what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from redis import Redis
from sqlalchemy.orm import Session

from casework.config import Config, Means
from casework.messages import ReferralExpires, ReferralSettled
from casework.policy.duties import Team
from casework.policy.referring import NEEDS_REASON, NO_CONSENT, TO_ANSWER, may_answer, may_be_sent
from casework.policy.states import CASE, REFERRAL, move
from casework.queries import cases as case_queries
from casework.queries import duties as duty_queries
from casework.queries import referrals as queries
from casework.service import keys
from casework.service.access import require_case, require_referral
from casework.service.owing import Owed, end, owe
from casework.tables import Referral
from core import audit, live, outbox
from core.access_log import Look, Seen, looked
from core.errors import Conflict, Forbidden, Invalid, Stale
from core.ids import named_id, new_id
from core.security import Vault
from core.staff import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Whom a person is to be referred to, a team of the house or a partner outside, what for, and their consent."""

    purpose: str
    consent: str
    team: Team | None = None
    partner: str | None = None
    reason: str | None = None
    legal_basis: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A step of a referral that was read at `version`; `words` say why, or what came of it; `by` who said so."""

    state: str
    version: int
    words: str | None = None
    by: str | None = None


def refer(tx: Session, case_id: UUID, wish: Wish, actor: Actor, *, vault: Vault, at: datetime) -> Referral:
    """Write a referral on an open case; it goes out when it is sent."""
    if (wish.team is None) == (wish.partner is None):
        raise Invalid("Name either a team or a partner.", at="team")
    require_case(tx, case_id, actor, "referral.write")
    case = case_queries.lock_case(tx, case_id)
    if case.state in CASE.closed:
        raise Conflict("This case is closed: reopen it first.", state=case.state)
    made = Referral(
        id=new_id(at), case_id=case.id, state=REFERRAL.start, referred_by=actor.id, created_at=at, version=1
    )
    made.to_team, made.to_partner, made.consent, made.legal_basis = (
        wish.team,
        wish.partner,
        wish.consent,
        wish.legal_basis,
    )
    theirs = keys.of_person(tx, case.subject_person_id, vault)
    made.purpose_cipher = theirs.seal(wish.purpose)
    made.consent_reason_cipher = theirs.seal(wish.reason) if wish.reason else None
    tx.add(made)
    audit.record(tx, actor.id, "referral.write", ("referral", made.id), at=at, consent=wish.consent)
    tx.flush()
    return made


def listed(tx: Session, wanted: queries.ReferralFilter, actor: Actor, *, at: datetime) -> Sequence[Referral]:
    """List referrals, the newest first; that somebody looked at them is logged."""
    return _looked(tx, queries.referrals(tx, wanted), actor, "list", at)


def seen(tx: Session, referral_id: UUID, actor: Actor, *, at: datetime) -> Referral:
    """Give a referral to whoever reaches it; the look is logged."""
    require_referral(tx, referral_id, actor, "referral.read")
    return _looked(tx, [queries.referral(tx, referral_id)], actor, "read", at)[0]


def _looked(tx: Session, found: Sequence[Referral], actor: Actor, action: Look, at: datetime) -> Sequence[Referral]:
    whose = case_queries.subjects(tx, {each.case_id for each in found})
    looked(tx, actor, Seen("referral", [each.id for each in found], whose), action=action, at=at)
    return found


def advance(tx: Session, referral_id: UUID, to: Move, actor: Actor, *, means: Means, at: datetime) -> Referral:
    """Move a referral: sent and revoked by the house, answered by whoever it was sent to."""
    require_referral(tx, referral_id, actor, "referral.write")
    case = case_queries.lock_case(tx, queries.referral(tx, referral_id).case_id)
    referral = queries.lock_referral(tx, referral_id)
    if referral.version != to.version:
        sent, current = {"state": to.state}, {"state": referral.state}
        words = "Somebody moved this referral since you read it. Look at `current` and try again with its version."
        raise Stale(words, version=referral.version, sent=sent, current=current)
    state = move(REFERRAL, referral.state, to.state)
    _require(referral, to, actor)
    referral.state, referral.version = state, referral.version + 1
    if state == "sent":
        _send(tx, referral, means.config, at)
    else:
        _settle(tx, referral, at=at, by=actor.id)
        theirs = keys.of_person(tx, case.subject_person_id, means.vault)
        referral.reason_cipher = theirs.seal(to.words) if to.words else referral.reason_cipher
    if state in TO_ANSWER:
        referral.answered_at = referral.answered_at or at
        referral.answered_by = to.by or referral.answered_by or actor.name
        _tell_back(tx, referral, means.config, at)
    audit.record(tx, actor.id, "referral.move", ("referral", referral.id), at=at, state=state)
    tx.flush()
    return referral


def _require(referral: Referral, to: Move, actor: Actor) -> None:
    if to.state == "expired":
        raise Invalid("A referral expires by itself: revoke it instead.", at="state")
    if to.state in NEEDS_REASON and not to.words:
        raise Invalid("까닭이나 결과를 적어 주세요. Write down why, or what came of it.", at="words")
    if to.state in TO_ANSWER and not may_answer(actor.roles, referral.to_team):
        raise Forbidden(f"This referral is for the team {referral.to_team} to answer.")
    reasoned = bool(referral.consent_reason_cipher and referral.legal_basis)
    if to.state == "sent" and not may_be_sent(referral.consent, reasoned=reasoned):
        raise Invalid(NO_CONSENT, at="consent")


def _send(tx: Session, referral: Referral, config: Config, at: datetime) -> None:
    """Let somebody owe an answer: the team its own, or whoever referred to a partner to ask after it."""
    inside, answer_by = referral.to_team is not None, at + config.referral_answered_within
    referral.sent_at, referral.answer_by = at, answer_by
    owed = Owed(
        id=named_id("duty", "referral", str(referral.id)), kind="referral", case_id=referral.case_id,
        team=_team(referral), owner_id=None if inside else referral.referred_by,
        opens_at=None if inside else answer_by,
        due_at=answer_by if inside else answer_by + config.referral_chased_within,
    )  # fmt: skip
    referral.duty_id = owe(tx, owed, at=at).id
    outbox.post(tx, ReferralExpires(referral.id), at=at, due=at + config.referral_expires_after)


def _team(referral: Referral) -> Team | None:
    return next((team for team in ("counselors", "center", "supervisors") if team == referral.to_team), None)


def _settle(tx: Session, referral: Referral, *, at: datetime, by: UUID | None) -> None:
    """End what was owed until there was an answer, and close what is over."""
    if referral.state in REFERRAL.closed:
        referral.closed_at = at
    if referral.duty_id is not None:
        duty = duty_queries.lock_duty(tx, referral.duty_id)
        if duty.ended_at is None:
            end(tx, duty, "cancelled" if referral.state in {"revoked", "expired"} else "done", by=by, at=at)


def _tell_back(tx: Session, referral: Referral, config: Config, at: datetime) -> None:
    """Let whoever referred hear of it; where nobody helps, what to do instead is theirs to find."""
    outbox.post(tx, ReferralSettled(referral.id, referral.state), at=at)
    if referral.state in {"rejected", "expired"}:
        key = named_id("duty", "follow_up", str(referral.id))
        due = at + config.referral_chased_within
        owed = Owed(id=key, kind="follow_up", due_at=due, owner_id=referral.referred_by, case_id=referral.case_id)
        owe(tx, owed, at=at)


def on_settled(tx: Session, message: ReferralSettled, at: datetime, *, redis: Redis) -> None:
    """Tell the screen of whoever referred."""
    referral = queries.referral(tx, message.referral_id)
    body = {"id": str(referral.id), "case_id": str(referral.case_id), "state": message.state, "at": at.isoformat()}
    live.tell(tx, redis, f"seat:{referral.referred_by}", "referral", **body)


def on_expires(tx: Session, message: ReferralExpires, at: datetime, *, config: Config) -> None:
    """End a referral that nobody has answered."""
    case_queries.lock_case(tx, queries.referral(tx, message.referral_id).case_id)
    referral = queries.lock_referral(tx, message.referral_id)
    if referral.state != "sent":
        return
    referral.state, referral.version = move(REFERRAL, referral.state, "expired"), referral.version + 1
    _settle(tx, referral, at=at, by=None)
    _tell_back(tx, referral, config, at)
    tx.flush()
