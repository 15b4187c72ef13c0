"""A supervisor's view of queues and seats, and the same for a monitoring program."""

import hmac
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import PlainTextResponse

from core import audit, staff
from core.errors import Forbidden
from core.staff import Actor
from core.web import Bearer, Now, Tx, allow, token_of
from routing import queries, service, view
from routing.routes.forms import ActivityIn, BoardDep, EntryOut, OfferOut, PullIn, QueueOut, SeatLine, SeatOut
from routing.service.seats import set_activity_of

router = APIRouter(tags=["watch"])
QueueName = Annotated[str, Path(pattern=r"^[a-z0-9_\-]{1,40}$")]
Watcher = Annotated[Actor, allow("queue.watch")]
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


@router.get("/api/queues/{name}", response_model=QueueOut)
def read_queue(name: QueueName, tx: Tx, at: Now, actor: Watcher, board: BoardDep) -> dict[str, Any]:  # noqa: ARG001
    """Show a queue as it is, and its figures since midnight with the definition of each."""
    return view.queue_view(tx, name, board.config, at)


@router.get("/api/queues/{name}/entries", response_model=list[EntryOut])
def read_line(
    name: QueueName,
    tx: Tx,
    at: Now,
    actor: Watcher,  # noqa: ARG001
    board: BoardDep,
) -> list[dict[str, Any]]:
    """Show who waits, in the order they are served."""
    return view.line_view(tx, name, board.config, at)


@router.post("/api/queues/{name}/pull", response_model=OfferOut)
def pull_caller(
    name: QueueName, form: PullIn, tx: Tx, at: Now, actor: Annotated[Actor, allow("seat.supervise")], board: BoardDep
) -> dict[str, Any]:
    """Hold a waiting caller out to one free counselor, or to oneself, past the line; it is written down who did."""
    to = actor if form.counselor_id in {None, actor.id} else form.counselor_id
    offer = service.pull(tx, name, form.contact_id, to, board=board, at=at)
    told = {"counselor": str(offer.counselor_id), "offer": str(offer.id)}
    audit.record(tx, actor.id, "queue.pull", ("contact", form.contact_id), at=at, **told)
    return view.offer_view(offer, queries.entry(tx, form.contact_id), at)


@router.get("/api/seats", response_model=list[SeatLine])
def read_seats(tx: Tx, actor: Watcher) -> list[dict[str, Any]]:  # noqa: ARG001
    """Show every seat."""
    return view.seats_view(tx)


@router.put("/api/seats/{counselor_id}/activity", response_model=SeatOut)
def change_activity(
    counselor_id: UUID, form: ActivityIn, tx: Tx, at: Now, actor: Annotated[Actor, allow("seat.supervise")],
    board: BoardDep,
) -> dict[str, Any]:  # fmt: skip
    """Change a counselor's activity for them; it is written down who did."""
    set_activity_of(tx, counselor_id, form.activity, board=board, at=at)
    audit.record(tx, actor.id, "seat.activity", ("seat", counselor_id), at=at, activity=form.activity)
    return view.seat_view(tx, counselor_id, at)


def _reader(request: Request, tx: Tx, bearer: Bearer, at: Now) -> None:
    """Let in who may watch the queue, or a program that shows the configured token."""
    token = token_of(request, bearer)
    expected = request.app.state.settings.metrics_token
    if expected and hmac.compare_digest(token.encode(), expected.encode()):
        return
    if not staff.who(tx, token, at=at).may("queue.watch"):
        raise Forbidden("Your role does not hold the permission queue.watch.")


_reader.permission = "queue.watch"  # type: ignore[attr-defined] # The deny-by-default test reads it.


@router.get("/metrics", response_class=PlainTextResponse, dependencies=[Depends(_reader, scope="function")])
def read_metrics(tx: Tx, at: Now, board: BoardDep) -> PlainTextResponse:
    """Give every queue's figures to Prometheus."""
    return PlainTextResponse(view.prometheus(tx, board.config, at), media_type=PROMETHEUS)
