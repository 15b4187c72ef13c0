"""The city's districts and the teams that visit there."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casework.queries.places import districts
from casework.tables import District, Team
from core.errors import Invalid
from core.ids import new_id


@cache
def _listed() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((files("casework") / "data" / "districts.json").read_text(encoding="utf-8")))


def load_districts(tx: Session) -> None:
    """Bring the districts of the data file into the database; harmless when they are there."""
    rows = [
        {
            "code": row["code"],
            "name_ko": row["ko"],
            "name_en": row["en"],
            "valid_from": date.fromisoformat(row["valid_from"]),
            "valid_to": date.fromisoformat(row["valid_to"]) if row.get("valid_to") else None,
        }
        for row in _listed()
    ]
    tx.execute(insert(District).values(rows).on_conflict_do_nothing())


def valid_districts(tx: Session, *, on: date) -> Sequence[District]:
    """List the districts there are on a day; an empty table is filled from the data file first."""
    known = districts(tx, on=on)
    if not known:
        load_districts(tx)
        known = districts(tx, on=on)
    return known


def require_district(tx: Session, code: str, *, at: str, on: date) -> str:
    """Give the code of a district there is on a day; raises Invalid listing them all. `at` names the field."""
    require_districts(tx, {at: code}, on=on)
    return code


def require_districts(tx: Session, codes: Mapping[str, str | None], *, on: date) -> None:
    """Raise Invalid for a code, by its field, that is no district on a day; None asks nothing."""
    if not any(codes.values()):
        return
    known = {district.code: f"{district.name_ko} {district.name_en}" for district in valid_districts(tx, on=on)}
    for at, code in codes.items():
        if code and code not in known:
            raise Invalid(f"There is no district {code!r}. Choose one of: {', '.join(known)}.", at=at, districts=known)


def add_team(tx: Session, name: str, district: str, *, at: datetime) -> Team:
    """Add a team that visits in a district; raises Invalid for a district there is not."""
    code = require_district(tx, district, at="district", on=at.date())
    team = Team(id=new_id(at), name=name, district=code, active=True)
    tx.add(team)
    tx.flush()
    return team
