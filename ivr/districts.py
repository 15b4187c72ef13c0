"""Telling the queue's figures of which district a contact's subject is; neither queue nor case knows of the other."""

from datetime import datetime

from sqlalchemy.orm import Session

import routing.service as queue
from casework.messages import ContactPlaced


def contact_placed(tx: Session, message: ContactPlaced, at: datetime) -> None:
    """Write a contact's district down among what happened to it; one that was in no queue has no figures."""
    queue.place_in(tx, message.contact_id, message.district, at=at)
