"""The numbers and names that the queue works by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoutingConfig:
    """How long things may last, in seconds, and what callers and seats are told apart by."""

    offer_seconds: float = 20
    """How long an offer is held out to one counselor."""
    lease_seconds: float = 15
    """A seat that was not heard of for this long is lost."""
    wrap_up_seconds: float = 120
    """After a conversation a counselor has this long to write; 0 goes straight on to the next caller."""
    answer_within_seconds: float = 20
    """The T of every service level."""
    short_abandon_seconds: float = 5
    """Who hangs up within this was hardly waiting: `abandoned_short`."""
    apart_seconds: float = 60
    """Who let a caller pass is not offered the same caller again for this long, while somebody else is free."""
    pause_seconds: float = 3
    """Even a counselor who is alone is not offered the same caller again before this."""
    nobody_seconds: float = 10
    """A caller who waits this long with nobody on shift is a supervisor's matter."""
    classes: tuple[str, ...] = ("danger", "transfer", "normal")
    """Priority classes, the most urgent first; inside a class first come is first served."""
    languages: tuple[str, ...] = ("ko", "en")
    """The languages a caller can wait for; the first stands for any other."""
    timezone: str = "Asia/Seoul"
    """Where a day of metrics begins at midnight."""
