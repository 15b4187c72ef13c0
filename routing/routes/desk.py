"""A counselor's desk: seat, stream of events, offers, wrap-up."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from core import staff
from core.errors import Forbidden, NotFound
from core.staff import Actor
from core.web import Now, Token, Tx, allow
from routing import queries, service, view
from routing.routes.forms import ActivityIn, BoardDep, OfferOut, RejectIn, SeatOut, WrittenDep
from routing.routes.pulse import hear
from routing.service.ledger import topic
from routing.stream import Feed, kept, seat_stream

router = APIRouter(prefix="/api", tags=["desk"])
Counselor = Annotated[Actor, allow("seat.use")]
Beats = Annotated[bool, Query(description="The desk sends heartbeats of its own: this stream keeps no seat.")]


@router.get("/seat", response_model=SeatOut)
def read_seat(tx: Tx, at: Now, actor: Counselor) -> dict[str, Any]:
    """Show one's seat with what is held out, or whom one talks to."""
    return view.seat_view(tx, actor.id, at)


@router.put("/seat/activity", response_model=SeatOut)
def choose_activity(
    form: ActivityIn, tx: Tx, at: Now, actor: Counselor, board: BoardDep, written: WrittenDep
) -> dict[str, Any]:  # fmt: skip
    """Say what one is doing; during a call it takes effect after it. 409 for `available` while an outcome is owed."""
    service.set_activity(tx, actor, form.activity, board=board, at=at, written=written)
    return view.seat_view(tx, actor.id, at)


@router.post("/seat/wrap-up", response_model=SeatOut)
def end_wrap_up(tx: Tx, at: Now, actor: Counselor, board: BoardDep, written: WrittenDep) -> dict[str, Any]:
    """End one's wrap-up or pause: ready for the next caller, or for what was chosen meanwhile.

    409 while the outcome is neither finalized nor put off.
    """
    service.wrap_up(tx, actor.id, board=board, at=at, written=written)
    return view.seat_view(tx, actor.id, at)


@router.post("/seat/wrap-up/extend", response_model=SeatOut)
def extend_wrap_up(tx: Tx, at: Now, actor: Counselor, board: BoardDep) -> dict[str, Any]:
    """Take a minute more to write; 409 when the wrap-up is as long as it can be."""
    service.extend_wrap_up(tx, actor.id, board=board, at=at)
    return view.seat_view(tx, actor.id, at)


@router.get(
    "/seat/events",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "snapshot, offer, offer_over, seat, end"}},
)
async def seat_events(
    request: Request,
    token: Token,
    actor: Counselor,
    board: BoardDep,
    beats: Beats = False,  # noqa: FBT002 - a query parameter
) -> StreamingResponse:
    """Stream one's seat: a `snapshot` at once and every five seconds, and what happens in between.

    Opening it takes the seat. While it is open it keeps the seat, unless the desk `beats` itself, as a desk should: a
    stream shows nothing of whether anybody reads it.
    """
    state, opened = request.app.state, False
    if getattr(state, "feed", None) is None:
        state.feed = Feed(state.settings.redis_url)

    def snapshot() -> dict[str, Any]:
        nonlocal opened
        at = state.clock()
        with state.sessions.begin() as tx:
            who = staff.who(tx, token, at=at)
            if not who.may("seat.use"):
                raise Forbidden("Your role does not hold a seat any more.")
            if not opened:
                service.heartbeat(tx, who, board=board, at=at, written=state.written)
        opened = True
        with state.sessions() as tx:
            # Read after the commit: what was matched by it is in this very snapshot.
            return view.seat_view(tx, who.id, at)

    events = seat_stream(state.feed, topic(actor.id), snapshot)
    if not beats:
        events = kept(events, partial(hear, state, actor), board.config.lease_seconds / 3)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


@router.get("/offers/{offer_id}", response_model=OfferOut)
def read_offer(offer_id: UUID, tx: Tx, at: Now, actor: Counselor) -> dict[str, Any]:
    """Show an offer to the counselor it was made to, or to a supervisor."""
    offer = queries.offer(tx, offer_id)
    if offer is None or not (offer.counselor_id == actor.id or actor.may("queue.watch")):
        raise NotFound("There is no such offer to you. 이 제안을 찾을 수 없습니다.")
    return view.offer_view(offer, queries.entry(tx, offer.contact_id), at)


@router.post("/offers/{offer_id}/accept", response_model=OfferOut)
def accept_offer(offer_id: UUID, tx: Tx, at: Now, actor: Counselor, board: BoardDep) -> dict[str, Any]:
    """Take the caller; the telephone connects the two. 409 with the reason where the offer is over."""
    offer = service.accept(tx, offer_id, actor.id, board=board, at=at)
    return view.offer_view(offer, queries.entry(tx, offer.contact_id), at)


@router.post("/offers/{offer_id}/reject", response_model=OfferOut)
def reject_offer(offer_id: UUID, form: RejectIn, tx: Tx, at: Now, actor: Counselor, board: BoardDep) -> dict[str, Any]:
    """Pass the caller on to the next counselor; they keep their place."""
    offer = service.reject(tx, offer_id, actor.id, form.reason, board=board, at=at)
    return view.offer_view(offer, queries.entry(tx, offer.contact_id), at)
