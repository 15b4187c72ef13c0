"""What casework's routes share."""

from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from casework.config import Means
from casework.words import Reason
from core.errors import Invalid


def means_of(request: Request) -> Means:
    """Give the keys and clocks that the application was started with."""
    return Means(request.app.state.vault, request.app.state.casework)


WithMeans = Annotated[Means, Depends(means_of)]
Limit = Annotated[int, Query(ge=1, le=200)]


class In(BaseModel):
    """A request's body; an unknown field is refused rather than lost."""

    model_config = ConfigDict(extra="forbid")


class Why(In):
    """The reason for something that is written down in the audit."""

    reason: Reason


_LARGEST = 16_384


async def raw_body(request: Request) -> bytes:
    """Read the body as it was signed; raises Invalid where it is too long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise Invalid(f"Send at most {_LARGEST} bytes.")
    return body


RawBody = Annotated[bytes, Depends(raw_body)]
