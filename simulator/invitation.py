"""What an outbound call is to be."""

from dataclasses import dataclass, field

from simulator.call import News, Order
from simulator.settings import Line


@dataclass(frozen=True, slots=True)
class Invitation:
    """An outbound call: from whom, to whom, how long it may ring, what happens when it is answered, who is told."""

    from_: str
    to: str
    order: Order
    timeout_s: float = 60.0
    direction: str = "outbound-api"
    news: tuple[News, ...] = ()
    parent_sid: str = ""
    line: Line = field(default_factory=Line)
    time_limit_s: int = 14400
    send_digits: str = ""
