"""Who looked at whose data: the log, its export for a reason, and the monthly review of looks behind the mask."""

import csv
import io
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, AwareDatetime, Field

from casework.form import When
from casework.policy.months import month_of, span
from casework.queries import reveals as queries
from casework.routes.parts import In, Limit, Why, WithMeans
from casework.service import exports, reveals
from casework.tables import RevealReview
from casework.views import Out
from casework.words import Paragraph
from core import access_log
from core.access_log import AccessEntry, Look
from core.security import Vault
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(tags=["access"])
Reader = Annotated[Actor, allow("access.read")]
Reviewer = Annotated[Actor, allow("reveal.review")]


def _month(value: str) -> str:
    span(value)
    return value


class Wanted(In):
    """Which looks to list: by whom, what they did, or `whose` (a person's or a thing's id); newest first."""

    whose: UUID | None = None
    actor_id: UUID | None = None
    action: Look | None = None
    before: When | None = None
    limit: Limit = 200


class WantedReveals(In):
    """Which month's reveals to list (this one's without it), all or those that wait for their review."""

    month: Annotated[str, Field(pattern=r"^20\d\d-\d\d$"), AfterValidator(_month)] | None = None
    open_only: bool = True
    limit: Limit = 200


class ExportIn(Why):
    """From when to when, at most 31 days, and what it is for."""

    begin: AwareDatetime
    end: AwareDatetime


class ReviewIn(In):
    """Whether the look was justified; a question needs words."""

    verdict: reveals.Verdict
    words: Paragraph | None = None


class AccessOut(Out):
    """One look at the data of others."""

    id: UUID
    at: datetime
    actor_id: UUID
    source: str | None
    action: str
    object_kind: str
    object_ids: list[UUID]
    person_ids: list[UUID]
    reason: str | None


class RevealOut(AccessOut):
    """One look behind the mask, and its review."""

    reviewed_at: datetime | None = None
    reviewed_by: UUID | None = None
    verdict: str | None = None
    words: str | None = None


def _shown(entry: AccessEntry, review: RevealReview | None, vault: Vault) -> RevealOut:
    shown = RevealOut.model_validate(entry)
    if review is not None:
        shown.reviewed_at, shown.reviewed_by, shown.verdict = review.at, review.by, review.verdict
        shown.words = vault.open(review.words_cipher) if review.words_cipher else None
    return shown


@router.get("/access")
def list_access(wanted: Annotated[Wanted, Query()], _: Reader, tx: Tx) -> list[AccessOut]:
    """List who looked at whose data, when, from where, at what and why."""
    chosen = access_log.Wanted(wanted.whose, wanted.actor_id, wanted.action, before=wanted.before)
    return [AccessOut.model_validate(entry) for entry in access_log.entries(tx, chosen, limit=wanted.limit)]


@router.post("/access/export", response_class=Response)
def export_access(body: ExportIn, actor: Reader, tx: Tx, at: Now) -> Response:
    """Give the log of a span as CSV; who took it and why is written down."""
    found = exports.access(tx, actor, (body.begin, body.end), body.reason, at=at)
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(AccessOut.model_fields)
    for entry in found:
        sheet.writerow(exports.cells(AccessOut.model_validate(entry).model_dump(mode="json")))
    headers = {"Content-Disposition": 'attachment; filename="access.csv"', "Cache-Control": "no-store"}
    return Response(written.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/reveals")
def list_reveals(
    wanted: Annotated[WantedReveals, Query()], _: Reviewer, tx: Tx, at: Now, means: WithMeans
) -> list[RevealOut]:
    """List a month's looks behind the mask, oldest first."""
    begin, end = span(wanted.month or month_of(at))
    found = queries.reveals(tx, begin, end, open_only=wanted.open_only, limit=wanted.limit)
    return [_shown(entry, review, means.vault) for entry, review in found]


@router.post("/reveals/{entry_id}/review")
def review_reveal(entry_id: UUID, body: ReviewIn, actor: Reviewer, tx: Tx, at: Now, means: WithMeans) -> RevealOut:
    """Review somebody else's look behind the mask; the last one of a month ends the duty."""
    review = reveals.review(tx, entry_id, actor, (body.verdict, body.words), vault=means.vault, at=at)
    return _shown(queries.lock_reveal(tx, entry_id), review, means.vault)
