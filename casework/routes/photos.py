"""A visit's pictures: sent as they are, given in clear with a reason."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from casework.routes.parts import Why, WithMeans, body_of
from casework.service import photos as service
from casework.service.access import require_visit
from casework.views import PhotoOut
from core.staff import Actor
from core.web import Now, Tx, allow

router = APIRouter(prefix="/visits/{visit_id}/photos", tags=["visits"])
LARGEST = 8 * 1024 * 1024
Picture = Annotated[bytes, Depends(body_of(LARGEST))]
_BODY: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}}
}


def picture(visit_id: UUID, photo_id: UUID) -> tuple[UUID, UUID]:
    """Name a picture by its visit and its own id."""
    return visit_id, photo_id


@router.post("", status_code=201, openapi_extra=_BODY)
def add_photo(
    visit_id: UUID, raw: Picture, actor: Annotated[Actor, allow("visit.write")], tx: Tx, at: Now, means: WithMeans
) -> PhotoOut:
    """Keep a picture of at most 8 MB, sealed; sent twice it is one."""
    return PhotoOut.model_validate(service.add(tx, visit_id, raw, actor, vault=means.vault, at=at))


@router.get("")
def list_photos(visit_id: UUID, actor: Annotated[Actor, allow("visit.read")], tx: Tx) -> list[PhotoOut]:
    """List a visit's pictures, without what is on them."""
    require_visit(tx, visit_id, actor, "visit.read")
    return [PhotoOut.model_validate(photo) for photo in service.photos(tx, visit_id)]


@router.post("/{photo_id}/reveal", response_class=Response, responses={200: {"content": {"image/*": {}}}})
def reveal_photo(
    ids: Annotated[tuple[UUID, UUID], Depends(picture)],
    body: Why,
    actor: Annotated[Actor, allow("visit.write")],
    tx: Tx,
    at: Now,
    means: WithMeans,
) -> Response:
    """Give a picture in clear; that somebody looked is written down."""
    kind, raw = service.reveal(tx, ids, body.reason, actor, vault=means.vault, at=at)
    return Response(raw, media_type=kind, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})
