"""Every SELECT of the system mode."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from ivr.modes.tables import SystemMode


def newest(tx: Session) -> SystemMode | None:
    """Give what was chosen last, or None where nothing ever was."""
    return tx.scalars(select(SystemMode).order_by(SystemMode.version.desc()).limit(1)).one_or_none()


def lock_modes(tx: Session) -> None:
    """Let nobody else choose until this transaction ends; reading goes on."""
    tx.execute(text(f"lock table {SystemMode.__tablename__} in share row exclusive mode"))


def history(tx: Session, limit: int) -> Sequence[SystemMode]:
    """List what was chosen, newest first."""
    return tx.scalars(select(SystemMode).order_by(SystemMode.version.desc()).limit(limit)).all()
