"""Looking behind the mask: written down with its reason, and reviewed by somebody else every month."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy.orm import Session

from casework.config import Config
from casework.messages import RevealsToReview
from casework.policy.months import month_of, span
from casework.queries import reveals as queries
from casework.service.escalations import resolve_about
from casework.service.owing import Owed, end, owe
from casework.tables import RevealReview
from core import audit, outbox
from core.access_log import Seen, looked
from core.errors import Conflict, Forbidden, Invalid
from core.ids import named_id
from core.security import Vault
from core.staff import Actor

Verdict = Literal["justified", "questioned"]


def revealed(tx: Session, actor: Actor, seen: Seen, reason: str, *, at: datetime) -> None:
    """Write down that somebody looked behind the mask and why; its month is reviewed when it is over."""
    looked(tx, actor, seen, action="reveal", at=at, reason=reason)
    month = month_of(at)
    outbox.post(tx, RevealsToReview(month), at=at, due=span(month)[1], id=named_id("reveals", month))


def on_to_review(tx: Session, message: RevealsToReview, at: datetime, *, config: Config) -> None:
    """Owe the supervisors' review of a month that is over, where something of it is not reviewed yet."""
    if queries.unreviewed(tx, span(message.month)[1]):
        due = at + config.reveals_reviewed_within
        owe(tx, Owed(id=named_id("duty", queries.REVIEW, message.month), kind=queries.REVIEW, due_at=due), at=at)


def review(
    tx: Session, entry_id: UUID, actor: Actor, said: tuple[Verdict, str | None], *, vault: Vault, at: datetime
) -> RevealReview:
    """Review a reveal; the last one of a month ends the duty.

    The same verdict once more changes nothing. Raises NotFound, Forbidden for one's own reveal, Invalid for a question
    without words, and Conflict for another verdict than the one it has.
    """
    verdict, words = said
    # Duties first: of two who review the last two at once, the later sees that nothing is left.
    duties = queries.lock_open_reviews(tx)
    entry, known = queries.lock_reveal(tx, entry_id), queries.review_of(tx, entry_id)
    if entry.actor_id == actor.id:
        raise Forbidden("You looked yourself: somebody else must review it.")
    if verdict == "questioned" and not words:
        raise Invalid("Say what is in question.", at="words")
    if known is not None and known.verdict != verdict:
        raise Conflict("This was reviewed already.", verdict=known.verdict)
    if known is not None:
        return known
    made = RevealReview(entry_id=entry.id, at=at, by=actor.id, verdict=verdict)
    made.words_cipher = vault.seal(words) if words else None
    tx.add(made)
    audit.record(tx, actor.id, "reveal.review", ("access", entry.id), at=at, verdict=verdict)
    tx.flush()
    for duty in duties:
        if not queries.unreviewed(tx, duty.created_at):
            end(tx, duty, "done", by=actor.id, at=at)
            resolve_about(tx, ("duty", duty.id), by=actor.id, at=at)
    return made
