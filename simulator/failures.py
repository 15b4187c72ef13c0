"""What can go wrong between the network and a webhook, with the provider's own numbers."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


class Failure(Exception):
    """A webhook or its TwiML failed in a way the provider has a number for."""

    def __init__(self, code: int, message: str, url: str = "", *, kind: str = "other") -> None:
        super().__init__(f"{code}: {message} ({url})" if url else f"{code}: {message}")
        self.code, self.message, self.url = code, message, url
        self.kind = kind
        """Which retry policy covers it: ct, rt, 4xx, 5xx or other."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """One entry of the account's error log."""

    at: datetime
    code: int
    message: str
    url: str
    call_sid: str

    def as_json(self) -> dict[str, Any]:
        """Say it as JSON values."""
        return {**asdict(self), "at": self.at.isoformat()}


def complaint(failure: Failure, call_sid: str) -> Complaint:
    """Write a failure down for the error log."""
    return Complaint(datetime.now(UTC), failure.code, failure.message, failure.url, call_sid)
