"""Whose call it is, and how it stands."""

from uuid import UUID

from sqlalchemy.orm import Session

import routing.service as queue
from core.errors import Conflict, Forbidden, NotFound
from ivr import queries
from ivr.party_queries import call_of
from ivr.tables import Call
from ivr.view import View, fold


def view_of(tx: Session, call: Call) -> View:
    """Fold everything heard of a call."""
    return fold(call.sid, [fact.heard for fact in queries.facts_of(tx, call.sid)])


def lock_talk(tx: Session, contact_id: UUID) -> tuple[Call, queue.Offer]:
    """Lock the call of a contact that is in conversation; raises NotFound or Conflict."""
    sid = call_of(tx, contact_id)
    call = queries.lock_call(tx, sid) if sid else None
    if call is None:
        raise NotFound("There is no call with this contact's id.")
    offer = queue.current_offer(tx, call.contact_id)
    if offer is None or offer.state != "connected" or call.contact_id != contact_id:
        raise Conflict("This call is not in conversation now.")
    return call, offer


def lock_own_talk(tx: Session, contact_id: UUID, counselor_id: UUID) -> tuple[Call, queue.Offer]:
    """Lock one's own call, in conversation; raises NotFound, Conflict, or Forbidden for somebody else's."""
    call, offer = lock_talk(tx, contact_id)
    if offer.counselor_id != counselor_id:
        raise Forbidden("This is another counselor's call.")
    return call, offer
