"""What finding cases, reading their story and the board of duties cost with ten thousand cases, and with a million.

Two databases of one PostgreSQL are asked in turn what the API answers, with other cases, districts, levels and people
each time. One case in twenty is open and owes something; one in each database has a story of many lines. The rows are
written by SQL. `script/bench casework MANY FEW` sets other numbers than 1000000 and 10000.
"""

import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from app.embedded import start_postgres
from app.migrate import upgrade
from casework import paging
from casework.queries import cases, duties, reach
from casework.service import reading
from casework.service.places import load_districts, valid_districts
from core import db
from core.db import libpq_url
from core.security import Vault
from core.staff import Actor

LOOKS, LONG, TARGET_MS, TARGET_RATIO = 300, 2_000, 50.0, 1.5
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
VAULT = Vault({"b1": b"k" * 32}, b"f" * 32)
SUN = Actor(UUID(int=9), "sun", "sun", "supervisor", None, ("ko",))
REACHED = reach.cases(SUN, "case.read")
EACH = 250
"""Cases, open and closed, for each member of staff."""

PEOPLE = """
    insert into casework_person (id, created_at, name_cipher, district)
    select u(2, n), :now, :sealed, (cast(:codes as text[]))[1 + (n / 20) % 25] from generate_series(1, :upper) n
"""
NUMBERS = """
    insert into casework_identifier (id, person_id, kind, value_cipher, fingerprint, created_at)
    select u(3, n), u(2, n), 'phone', :sealed, lpad(to_hex(n), 32, '0'), :now from generate_series(1, :upper) n
"""
CASES = """
    insert into casework_case
        (id, subject_person_id, owner_id, district, state, topic, triage_level, first_contact_at, clock_from,
         respond_by, responded_at, opened_at, closed_at)
    select u(1, n), u(2, n), u(9, (n / 20) % :staff), (cast(:codes as text[]))[1 + (n / 20) % 25],
           case when n % 20 = 0 then 'in_service' else 'closed' end,
           'loneliness',
           (array['emergency', 'urgent', 'high', 'moderate', 'low', 'info'])[least(6, 1 + (random() * 6)::int)],
           at, at, at + interval '3 days', case when n % 60 <> 0 then at + interval '1 day' end, at,
           case when n % 20 <> 0 then at + interval '30 days' end
    from (select n, :now - n * interval '3 min' as at from generate_series(1, :upper) n) came
"""
CONTACTS = """
    insert into casework_contact
        (id, channel, opened_at, state, case_id, owner_id, topic, notes_cipher, finalized_at, version)
    select u(4, n), 'phone', :now - n * interval '3 min', 'finalized', u(1, n), u(9, (n / 20) % :staff), 'loneliness',
           :sealed, :now, 2
    from generate_series(1, :upper) n
"""
NOTES = """
    insert into casework_case_note (id, case_id, at, kind, words_cipher)
    select u(5, n), u(1, case when n <= :long then 1 else 1 + n / 2 end), :now - n * interval '1 min', 'note', :sealed
    from generate_series(1, 2 * :upper - 2) n
"""
DUTIES = """
    insert into casework_duty
        (id, kind, state, priority, team, owner_id, case_id, created_at, opens_at, due_at, watch_at, overdue_at,
         ended_at)
    select u(6, n), 'follow_up', case when n % 20 = 0 then 'due' else 'done' end,
           (array['normal', 'high', 'danger'])[1 + n % 3], (array['counselors', 'center', 'supervisors'])[1 + n % 3],
           case when n % 40 = 0 then u(9, (n / 20) % :staff) end, u(1, n), at, at, at + interval '7 days',
           at + interval '7 days',
           case when n % 100 = 0 then at + interval '7 days' end, case when n % 20 <> 0 then at + interval '1 day' end
    from (select n, :now - n * interval '3 min' as at from generate_series(1, :upper) n) owed
"""
SCREENINGS = """
    insert into casework_screening
        (id, instrument, instrument_version, case_id, state, asked_by, started_at, answers_cipher)
    select u(7, n), 'ucla3', 1, u(1, n), 'finished', u(9, 1), :now - n * interval '2 min', :sealed
    from generate_series(1, :upper) n
"""
VISITS = """
    insert into casework_visit
        (id, case_id, contact_id, person_id, triage_level, requested_at, requested_by, acknowledge_by, state, district,
         address_cipher, reason_cipher, consent, visit_by)
    select u(8, n), u(1, n), u(4, n), u(2, n), 'high', :now - n * interval '1 min', u(9, 1), :now, 'reported',
           (cast(:codes as text[]))[1 + (n / 20) % 25],
           :sealed, :sealed, 'given', :now
    from generate_series(1, :upper, 5) n
"""
NAMES = """
    create function u(kind int, n bigint) returns uuid language sql immutable as
    $$ select ('0000000' || kind || '-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid $$
"""


def key(kind: int, n: int) -> UUID:
    """Give the id that the seed gave to the `n`th of its kind."""
    return UUID(f"0000000{kind}-0000-4000-8000-{n:012x}")


@dataclass(frozen=True)
class Center:
    """A city's cases in a database of their own."""

    sessions: db.Sessions
    size: int

    @property
    def staff(self) -> int:
        """Tell how many people work there."""
        return max(1, self.size // EACH)

    def fill(self) -> None:
        """Write everything, and let the database tidy up as it would by itself."""
        numbers = {"now": NOW, "sealed": VAULT.seal("혼자 지낸 지 오래되었다고 함."), "upper": self.size}
        with self.sessions.begin() as tx:
            load_districts(tx)
            codes = [district.code for district in valid_districts(tx, on=NOW.date())]
            tx.execute(text(NAMES))
            for rows in (PEOPLE, NUMBERS, CASES, CONTACTS, NOTES, DUTIES, SCREENINGS, VISITS):
                tx.execute(text(rows), numbers | {"staff": self.staff, "long": LONG, "codes": codes})
        with self.sessions.kw["bind"].connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))

    def look(self, ask: "Ask", chance: random.Random) -> float:
        """Give what one look costs, in ms."""
        with self.sessions() as tx:
            tx.execute(text("select 1"))
            began = time.perf_counter()
            ask(tx, self, chance)
            return (time.perf_counter() - began) * 1000


Ask = Callable[[Session, Center, random.Random], object]


def board(tx: Session, center: Center, chance: random.Random, **rules: bool | str) -> object:
    """List cases, as `GET /api/cases`."""
    wanted = {"open_only": True, **rules}
    if "district" in wanted:
        wanted["district"] = chance.choice([each.code for each in valid_districts(tx, on=NOW.date())])
    if "triage_level" in wanted:
        wanted["triage_level"] = chance.choice(["emergency", "urgent", "high", "moderate", "low", "info"])
    owner = key(9, chance.randrange(center.staff)) if wanted.pop("mine", False) else None
    found = cases.cases(tx, cases.CaseFilter(REACHED, owner_id=owner, **wanted))  # type: ignore[arg-type]
    return [reading.case_in_list(*each) for each in found]


def next_page(tx: Session, _center: Center, _chance: random.Random) -> object:
    """List the second page of cases."""
    first = cases.cases(tx, cases.CaseFilter(REACHED, open_only=True))
    return cases.cases(tx, cases.CaseFilter(REACHED, open_only=True, after=first[-1][1]))


def search(tx: Session, center: Center, chance: random.Random) -> object:
    """Find somebody's cases by their number, as `POST /api/cases/search`."""
    return cases.of_people(tx, {"phone": f"{chance.randint(1, center.size):032x}"}, REACHED, limit=50)


def story(tx: Session, center: Center, chance: random.Random) -> object:
    """Read a case with the end of its story, as `GET /api/cases/{case_id}`."""
    return reading.case_whole(tx, cases.case(tx, key(1, chance.randint(LONG, center.size))), SUN, VAULT, at=NOW)


def long_story(tx: Session, _center: Center, _chance: random.Random) -> object:
    """Read two pages of a story of many lines."""
    case = cases.case(tx, key(1, 1))
    newest = reading.case_whole(tx, case, SUN, VAULT, at=NOW)
    assert newest.earlier is not None
    before = paging.read(newest.earlier, field="before")
    return reading.story(tx, case, SUN, reading.Page(before), vault=VAULT, at=NOW)


def owed(tx: Session, center: Center, chance: random.Random, *, mine: bool = False, unowned: bool = False) -> object:
    """List duties, as `GET /api/duties`."""
    teams = frozenset({"counselors", "center", "supervisors"})
    owner = key(9, chance.randrange(center.staff)) if mine else None
    return duties.duties(tx, duties.DutyFilter(teams=teams, owner_id=owner, unowned=unowned))


ASKS: dict[str, Ask] = {
    "cases, open": board,
    "cases, open, of a district": partial(board, district=True),
    "cases, open, of a level": partial(board, triage_level=True),
    "cases, open, mine": partial(board, mine=True),
    "cases, open, two pages": next_page,
    "cases, closed, of a district": partial(board, open_only=False, state="closed", district=True),
    "cases, by number": search,
    "a case with its story": story,
    f"two pages of {LONG:,} lines": long_story,
    "duties of three teams": owed,
    "duties, mine": partial(owed, mine=True),
    "duties, nobody's": partial(owed, unowned=True),
}


def main() -> None:
    """Measure and print a table."""
    many, few = (int(word) for word in [*sys.argv[1:], "1000000", "10000"][:2])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="g120b-")))
        postgres = start_postgres(folder / "pg")
        stack.callback(postgres.stop)

        def center(name: str, size: int) -> Center:
            with psycopg.connect(libpq_url(postgres.url), autocommit=True) as connection:
                connection.execute(f"create database {name}")
            url = str(make_url(postgres.url).set(database=name).render_as_string(hide_password=False))
            upgrade(url)
            engine = db.connect(url, pool=2)
            stack.callback(engine.dispose)
            made = Center(db.sessions(engine), size)
            began = time.perf_counter()
            made.fill()
            print(f"{size:,} cases written in {time.perf_counter() - began:.0f} s", flush=True)
            return made

        report(center("few", few), center("many", many))


def report(few: Center, many: Center) -> None:
    """Print what each look costs with few and with many cases, and whether that is the same."""
    print(f"{'ms':<32}{f'{few.size:,} p50':>14}{'p99':>8}{f'{many.size:,} p50':>18}{'p99':>8}{'ratio':>8}")
    gc.freeze()  # As the web service does once it has started: a full collection of everything imported tells nothing.
    worst = slowest = 0.0
    for name, ask in ASKS.items():
        chance = random.Random(name)
        pairs = [(few.look(ask, chance), many.look(ask, chance)) for _ in range(LOOKS + 20)][20:]
        cost = [sorted(each) for each in zip(*pairs, strict=True)]
        (p50, p99), (p50_many, p99_many) = ((statistics.median(each), each[LOOKS * 99 // 100]) for each in cost)
        ratio = p50_many / p50
        worst, slowest = max(worst, ratio), max(slowest, p99_many)
        print(f"{name:<32}{p50:>14.2f}{p99:>8.2f}{p50_many:>18.2f}{p99_many:>8.2f}{ratio:>8.2f}", flush=True)
    print(f"target p99 {TARGET_MS:.0f} ms: {'met' if slowest <= TARGET_MS else 'NOT met'}", end="; ")
    print(f"target ratio of medians {TARGET_RATIO:.1f}: {'met' if worst <= TARGET_RATIO else 'NOT met'}")


if __name__ == "__main__":
    main()
