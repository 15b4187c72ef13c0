"""The city's districts and dongs, and the teams that visit there."""

import csv
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from io import StringIO
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from casework.queries.places import districts, dongs
from casework.tables import District, Dong, Team
from core.errors import Invalid
from core.ids import new_id

_DATA = files("casework") / "data"


@cache
def _listed() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads((_DATA / "districts.json").read_text(encoding="utf-8")))


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


def load_dongs(tx: Session, listed: str | None = None) -> int:
    """Bring a list of dongs into the database, and give how many: the file's own, or another's CSV text.

    The columns are `code,name,valid_from,valid_to`; a newer list changes names and ends. Raises Invalid for a line.
    """
    load_districts(tx)
    text = listed if listed is not None else (_DATA / "dongs.csv").read_text(encoding="utf-8")
    rows = [_dong(n, line) for n, line in enumerate(csv.DictReader(StringIO(text)), 2)]
    known = set(tx.scalars(select(District.code)))
    for n, row in enumerate(rows, 2):
        if row["district"] not in known:
            raise Invalid(f"Line {n}: there is no district {row['district']!r}.", at=str(n))
    if rows:
        new = insert(Dong).values(rows)
        changes = {name: new.excluded[name] for name in ("name_ko", "valid_from", "valid_to")}
        tx.execute(new.on_conflict_do_update(index_elements=["code"], set_=changes))
    return len(rows)


def _dong(n: int, line: dict[str, str | None]) -> dict[str, Any]:
    code, name = (line.get("code") or "").strip(), (line.get("name") or "").strip()
    if not re.fullmatch(r"[0-9]{10}", code) or not name:
        raise Invalid(f"Line {n}: write a code of ten digits and a name: code,name,valid_from,valid_to.", at=str(n))
    try:
        days = [date.fromisoformat(line[key]) if line.get(key) else None for key in ("valid_from", "valid_to")]  # type: ignore[arg-type] # Looked at in the same breath.
    except ValueError as wrong:
        raise Invalid(f"Line {n}: write the days as 2026-01-31, or leave them empty.", at=str(n)) from wrong
    return {"code": code, "district": code[:5], "name_ko": name, "valid_from": days[0], "valid_to": days[1]}


def require_dong(tx: Session, code: str, district: str | None, *, at: str, on: date) -> str:
    """Give the code of a dong there is on a day in this district; raises Invalid listing them all."""
    wanted = district or code[:5]
    names = {dong.code: dong.name_ko for dong in dongs(tx, wanted, on=on)}
    if not names:
        words = "이 자치구의 행정동 목록이 없으니 비워 두세요. No dongs of this district are loaded: leave it empty."
        raise Invalid(words, at=at, district=wanted)
    if code not in names:
        words = f"이 자치구에 없는 행정동입니다. There is no dong {code!r} in {wanted!r}: choose one of `dongs`."
        raise Invalid(words, at=at, dongs=names)
    return code


def add_team(tx: Session, name: str, district: str, *, at: datetime) -> Team:
    """Add a team that visits in a district; raises Invalid for a district there is not."""
    code = require_district(tx, district, at="district", on=at.date())
    team = Team(id=new_id(at), name=name, district=code, active=True)
    tx.add(team)
    tx.flush()
    return team
