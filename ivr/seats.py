"""What the supervisor is told about counselors' seats."""

from datetime import datetime

from sqlalchemy.orm import Session

import routing.service as queue
from casework.config import Config
from casework.service.escalations import escalate
from routing.messages import LastSeatSilent, SeatLost


def seat_lost(tx: Session, message: SeatLost, at: datetime, *, config: Config) -> None:
    """Tell the supervisor of a desk that is still silent some time after it was lost in the middle of a call."""
    seat = queue.seat(tx, message.counselor_id)
    if seat is not None and seat.state == "lost" and seat.contact_id == message.contact_id:
        escalate(tx, ("contact", message.contact_id), "seat_lost", config=config, at=at)


def last_seat_silent(tx: Session, message: LastSeatSilent, at: datetime, *, config: Config) -> None:
    """Page the supervisor: the last counselor on shift lets calls ring."""
    escalate(tx, ("contact", message.contact_id), "not_responding", config=config, at=at)
