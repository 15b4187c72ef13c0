"""Finalizing costs the database a bounded number of statements, whatever it starts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from casework.form import Form
from casework.service.finalize import Final, finalize
from casework.tables import Case, Dispatch, Screening, Visit
from tests.casework.conftest import EMERGENCY, House

Fill = Callable[..., dict[str, Any]]


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    """Collect every statement sent to the database."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        sent.append(statement)

    engine = house.sessions.kw["bind"]
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_a_case_with_consent_a_screening_a_visit_and_a_dispatch_takes_at_most_fifteen_statements(
    house: House, form: Fill
) -> None:
    contact_id, actor = house.talk(), house.person("counselor")
    asked = [{"instrument": "ucla3", "answers": {"companionship": 3, "left_out": 3, "isolated": 3}}]
    whole = Form.model_validate(form(**EMERGENCY, screenings=asked, subject={"name": "박", "district": "11680"}))
    returning = form(**EMERGENCY, screenings=asked, subject={"name": "박", "district": "11500"})
    with counted(house) as sent, house.sessions.begin() as tx:
        finalize(tx, contact_id, actor, Final(whole), means=house.means, at=house.clock.at)
    assert [len(house.rows(table)) for table in (Case, Screening, Visit, Dispatch)] == [1] * 4
    assert len(sent) <= 15, told(sent)
    again = house.talk("CA2")
    with counted(house) as sent, house.sessions.begin() as tx:
        finalize(tx, again, actor, Final(Form.model_validate(returning)), means=house.means, at=house.clock.at)
    assert [len(house.rows(table)) for table in (Case, Screening, Visit, Dispatch)] == [1, 2, 2, 2]
    assert len(sent) <= 15, told(sent)


def told(sent: list[str]) -> str:
    return "\n".join(f"{n}: {words[:110]}" for n, words in enumerate(sent, 1))
