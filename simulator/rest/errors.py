"""Refusals of the REST interface, in the provider's numbers and shape."""

from typing import Any


class RestError(Exception):
    """A request that is refused."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def as_json(self) -> dict[str, Any]:
        """Say it as the provider does."""
        return {
            "code": self.code,
            "message": self.message,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
            "status": self.status,
        }


def not_found(path: str) -> RestError:
    """Make the refusal of a resource that does not exist."""
    return RestError(404, 20404, f"The requested resource {path} was not found")


def bad(message: str, code: int = 20001) -> RestError:
    """Make the refusal of a parameter."""
    return RestError(400, code, message)
