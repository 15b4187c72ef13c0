"""What casework's routes share."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from casework.config import Means
from casework.service.keys import bound
from casework.words import Reason
from core.errors import Invalid
from core.web import Tx


def means_of(request: Request, tx: Tx) -> Means:
    """Give the keys, people's own among them, and the clocks that the application was started with."""
    return Means(bound(tx, request.app.state.vault), request.app.state.casework)


WithMeans = Annotated[Means, Depends(means_of)]
Limit = Annotated[int, Query(ge=1, le=200)]


class In(BaseModel):
    """A request's body; an unknown field is refused rather than lost."""

    model_config = ConfigDict(extra="forbid")


class Why(In):
    """The reason for something that is written down in the audit."""

    reason: Reason


def body_of(largest: int) -> Callable[[Request], Awaitable[bytes]]:
    """Give a dependency that reads the body as it was sent; it raises Invalid where that is too long."""

    async def body(request: Request) -> bytes:
        parts, length = [], 0
        async for part in request.stream():
            parts.append(part)
            length += len(part)
            if length > largest:
                raise Invalid(f"Send at most {largest} bytes.")
        return b"".join(parts)

    return body


RawBody = Annotated[bytes, Depends(body_of(16_384))]
