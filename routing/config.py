"""The numbers and names that the queue works by."""

from dataclasses import dataclass, field

from routing.needs import Needs


@dataclass(frozen=True, slots=True)
class RoutingConfig:
    """How long things may last, in seconds, and what callers and seats are told apart by."""

    offer_seconds: float = 20
    """How long an offer is held out to one counselor."""
    lease_seconds: float = 15
    """A seat that was not heard of for this long is lost."""
    wrap_up_seconds: float = 120
    """After a conversation a counselor has this long to write; 0 goes straight on to the next caller."""
    extend_seconds: float = 60
    """A wrap-up is extended by this at a time ..."""
    longest_wrap_up_seconds: float = 600
    """... and lasts no longer than this in all."""
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
    classes: tuple[str, ...] = ("danger", "transfer", "returned", "normal", "callback")
    """Priority classes, the most urgent first; inside a class first come is first served."""
    head_starts: tuple[float, ...] = (3600, 600, 300, 0, 0)
    """Seconds by which each class goes before who came earlier: a caller is overtaken for so long and no longer."""
    longest_overtaken_seconds: float = 2700
    """Who has waited this long goes before everybody who came later, whatever their class."""
    languages: tuple[str, ...] = ("ko", "en")
    """The languages a caller can wait for; the first stands for any other."""
    needs: Needs = field(default_factory=Needs)
    """What callers may need besides a language, and which skills seats have for it."""
    preferred_seconds: float = 20
    """A caller who has a counselor of their own is kept for them this long, then for everybody."""
    timezone: str = "Asia/Seoul"
    """Where a day of metrics begins at midnight."""

    def __post_init__(self) -> None:
        """Refuse classes and head starts that do not belong together, or that would turn the classes round."""
        starts = self.head_starts
        if len(starts) != len(self.classes) or list(starts) != sorted(starts, reverse=True) or starts[-1:] < (0,):
            raise ValueError(
                "Every class needs a head start, none below 0 and none longer than a more urgent class has."
            )

    def head_start(self, klass: str) -> float:
        """Give a class's head start in seconds."""
        return self.head_starts[self.classes.index(klass)]
