"""Who did what is written down with the act itself, and read newest first."""

from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from core import audit
from core.db import Sessions


def test_an_act_that_is_taken_back_is_not_written_down(sessions: Sessions, at: datetime) -> None:
    with sessions() as tx:
        audit.record(tx, None, "case.closed", ("case", 1), at=at)
        tx.rollback()
    with sessions() as tx:
        assert audit.entries(tx) == []


def test_the_newest_acts_come_first_with_all_that_was_said(tx: Session, at: datetime) -> None:
    who = uuid4()
    audit.record(tx, who, "case.closed", ("case", 1), at=at, reason="moved away 🙂", level="low")
    audit.record(tx, None, "case.opened", ("case", 2), at=at + timedelta(seconds=1))
    newest, oldest = audit.entries(tx)
    assert (newest.action, newest.actor_id, newest.reason, newest.detail) == ("case.opened", None, None, {})
    assert (oldest.actor_id, oldest.reason, oldest.detail) == (who, "moved away 🙂", {"level": "low"})


def test_one_objects_story_can_be_read_alone(tx: Session, at: datetime) -> None:
    for kind, key in (("case", 1), ("case", 2), ("seat", 1)):
        audit.record(tx, None, "touched", (kind, key), at=at)
    assert [(one.object_kind, one.object_id) for one in audit.entries(tx, of=("case", 1))] == [("case", "1")]
    assert len(audit.entries(tx, limit=2)) == 2
