"""What the supervisor is told about counselors' seats."""

from datetime import datetime

from sqlalchemy.orm import Session

import routing.service as queue
from casework.config import Config
from casework.service.escalations import escalate
from casework.service.later import outcome_missing
from routing.messages import LastSeatSilent, OutcomeOwed, SeatLost


def seat_lost(tx: Session, message: SeatLost, at: datetime, *, config: Config) -> None:
    """Tell the supervisor of a desk that is still silent some time after it was lost in the middle of a call."""
    seat = queue.seat(tx, message.counselor_id)
    if seat is not None and seat.state == "lost" and seat.contact_id == message.contact_id:
        escalate(tx, ("contact", message.contact_id), "seat_lost", config=config, at=at)


def last_seat_silent(tx: Session, message: LastSeatSilent, at: datetime, *, config: Config) -> None:
    """Page the supervisor: the last counselor on shift lets calls ring."""
    escalate(tx, ("contact", message.contact_id), "not_responding", config=config, at=at)


def outcome_owed(tx: Session, message: OutcomeOwed, at: datetime, *, config: Config) -> None:
    """Tell the supervisor of a record that is still neither finalized nor put off."""
    if outcome_missing(tx, message.contact_id):
        escalate(tx, ("contact", message.contact_id), "no_outcome", config=config, at=at)
