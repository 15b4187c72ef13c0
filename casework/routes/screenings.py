"""Screenings: the instruments there are, and asking them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StrictInt

from casework.config import Means
from casework.policy import instruments as policy
from casework.routes.parts import In, WithMeans
from casework.screening_views import InstrumentOut, ScreeningOut, instrument_out, read_out
from casework.service import screenings as service
from casework.tables import Screening
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["screenings"])
Reader = Annotated[Actor, allow("screening.read")]
Writer = Annotated[Actor, allow("screening.write")]
Item = Annotated[str, Field(max_length=40)]


class StartIn(In):
    """Which instrument, in a contact or on a case; `after` names the shorter one whose answers count here too."""

    instrument: Annotated[str, Field(max_length=20)]
    contact_id: UUID | None = None
    case_id: UUID | None = None
    after: UUID | None = None


class AnswersIn(In):
    """Answers by item: a value, `declined`, or null for one that was not asked after all."""

    version: int
    answers: Annotated[dict[Item, StrictInt | policy.Declined | None], Field(min_length=1, max_length=40)]


class VersionIn(In):
    """The version that was read."""

    version: int


def _shown(screening: Screening, means: Means) -> ScreeningOut:
    answers = service.answers_of(screening, means.vault)
    which = service.instrument(means.config.instruments, screening.instrument)
    return read_out(ScreeningOut.model_validate(screening), answers, policy.read(which, answers))


@router.get("/instruments")
def list_instruments(_actor: Reader, means: WithMeans) -> list[InstrumentOut]:
    """List the instruments, in Korean and English, with whose words they are and under which license."""
    return [instrument_out(each) for each in means.config.instruments.values()]


@router.get("/instruments/{code}")
def read_instrument(code: str, _actor: Reader, means: WithMeans) -> InstrumentOut:
    """Read one instrument: what is asked, what can be answered, and how it is scored."""
    return instrument_out(service.instrument(means.config.instruments, code))


@router.get("/contacts/{contact_id}/screenings")
def list_of_contact(contact_id: UUID, actor: Reader, tx: Tx, at: Now, means: WithMeans) -> list[ScreeningOut]:
    """List what was asked in a contact, the newest first."""
    return [_shown(each, means) for each in service.of_contact(tx, contact_id, actor, at=at)]


@router.get("/cases/{case_id}/screenings")
def list_of_case(case_id: UUID, actor: Reader, tx: Tx, at: Now, means: WithMeans) -> list[ScreeningOut]:
    """List what was asked on a case, the newest first."""
    return [_shown(each, means) for each in service.of_case(tx, case_id, actor, at=at)]


@router.post("/screenings", status_code=201)
def start_screening(body: StartIn, actor: Writer, tx: Tx, at: Now, means: WithMeans) -> ScreeningOut:
    """Begin a screening in a contact of one's own or on a case."""
    asked = service.Asked(body.instrument, body.contact_id, body.case_id, body.after)
    return _shown(service.start(tx, asked, actor, means=means, at=at), means)


@router.get("/screenings/{screening_id}")
def read_screening(screening_id: UUID, actor: Reader, tx: Tx, at: Now, means: WithMeans) -> ScreeningOut:
    """Read a screening: what was answered, what is missing, what it says and what to do."""
    return _shown(service.seen(tx, screening_id, actor, at=at), means)


@router.patch("/screenings/{screening_id}")
def answer_screening(
    screening_id: UUID, body: AnswersIn, actor: Writer, tx: Tx, at: Now, means: WithMeans
) -> ScreeningOut:
    """Keep answers, all or some; a level that they ask for is set at once."""
    given = service.Given(body.answers, body.version)
    return _shown(service.answer(tx, screening_id, given, actor, means=means, at=at), means)


@router.post("/screenings/{screening_id}/finish")
def finish_screening(
    screening_id: UUID, body: VersionIn, actor: Writer, tx: Tx, at: Now, means: WithMeans
) -> ScreeningOut:
    """End a screening; what was not asked stays so."""
    return _shown(service.finish(tx, screening_id, body.version, actor, at=at), means)
