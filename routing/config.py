"""The numbers and names that the queue works by."""

from dataclasses import dataclass, field

from routing.needs import Needs


@dataclass(frozen=True, slots=True)
class RoutingConfig:
    """How long things may last, in seconds, and what callers and seats are told apart by."""

    offer_seconds: float = 20
    """How long an offer is held out to one counselor."""
    unanswered_limit: int = 2
    """A counselor who has let this many offers in a row run out is not responding, and has to come back by hand."""
    lease_seconds: float = 4.5
    """A seat that was not heard of for this long is lost: three of a desk's heartbeats."""
    lost_call_seconds: float = 10
    """A desk that is lost in the middle of a call for longer than this is a supervisor's matter."""
    wrap_up_seconds: float = 120
    """After a conversation a counselor has this long to write; 0 goes straight on to the next caller."""
    outcome_alert_seconds: float = 600
    """A record that is owed this long after its wrap-up ran out is a supervisor's matter."""
    recovery_seconds: float = 300
    """After a heavy conversation a counselor is offered this long a pause, which they may end; 0 gives none."""
    occupancy_cap: float = 0.85
    """Who talked and wrote for more than this share of the window is asked after everybody who did not."""
    occupancy_window_seconds: float = 3600
    """The time over which that share is taken."""
    break_after_seconds: float = 7200
    """After so long without a break, one is due: the counselor is told, and asked last."""
    break_seconds: float = 600
    """So long away is a break."""
    long_talk_seconds: float = 2700
    """A conversation of this length was heavy, whatever it was about."""
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
