"""What casework's routes share."""

from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import BaseModel, ConfigDict

from casework.config import Means
from casework.words import Reason


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
