"""What a counselor is asked for besides their languages: set by whoever leads them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from core import staff
from core.errors import Invalid, NotFound
from routing import queries
from routing.board import Board
from routing.policy import groups
from routing.service.ledger import mirror, note_seat
from routing.service.matching import match_after
from routing.service.mending import mend_seat


def set_skills(tx: Session, staff_id: UUID, skills: list[str], *, board: Board, at: datetime) -> list[str]:
    """Give a person exactly these skills, at a seat they have at once, and name them in the order they are listed in.

    Raises Invalid for what is no skill here, NotFound for nobody.
    """
    known = board.config.needs.skills
    if strange := sorted(set(skills) - set(known)):
        raise Invalid(
            f"{strange[0]} is no skill here. Choose from: {', '.join(known) or 'none'}. 없는 분야입니다.",
            field="skills",
        )
    chosen = [skill for skill in known if skill in skills]
    if not staff.set_skills(tx, staff_id, chosen):
        raise NotFound("There is no such person. 등록된 직원이 아닙니다.")
    _tell_seat(tx, staff_id, chosen, board, at)
    return chosen


def _tell_seat(tx: Session, staff_id: UUID, skills: list[str], board: Board, at: datetime) -> None:
    seat = queries.lock_seat(tx, staff_id)
    if seat is None:
        return
    seat.skills = skills
    mend_seat(tx, staff_id, board)
    found_by = groups(seat.languages, skills, board.config)
    mirror(tx, board, seat, board.seat(staff_id, at, groups=found_by, alive=False), at)
    note_seat(tx, "skills", seat, at, skills=skills)
    match_after(tx, board=board, at=at)
