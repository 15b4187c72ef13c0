"""The four ways the product refuses, each turned once into a clear answer."""

from typing import ClassVar


class Refusal(Exception):
    """A request that cannot be granted, with words that say what to do instead."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "Refused"

    def __init__(self, detail: str, **more: object) -> None:
        """Keep the words for the person and `more` fields for the program."""
        super().__init__(detail)
        self.detail = detail
        self.more = more


class NotFound(Refusal):
    """What was asked for does not exist, or not for this person."""

    status = 404
    title = "Not found"


class Conflict(Refusal):
    """The state of things does not allow it now."""

    status = 409
    title = "Conflict"


class Forbidden(Refusal):
    """This person may not do this."""

    status = 403
    title = "Forbidden"


class Invalid(Refusal):
    """The request itself is wrong."""

    status = 422
    title = "Invalid"


class Stale(Conflict):
    """An offer or version that is no longer the current one."""

    title = "Stale"


class Unauthenticated(Refusal):
    """Nobody is signed in."""

    status = 401
    title = "Sign in first"
