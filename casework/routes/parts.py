"""What casework's routes share."""

from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from casework.config import Means
from casework.service.keys import bound
from casework.words import Reason
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
