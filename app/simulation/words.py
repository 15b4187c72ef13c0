"""The names of the figures that a simulation shows, and how each is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from routing.config import RoutingConfig


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, with its head in a table (Korean above English), and which way is better."""

    korean: str
    english: str
    unit: Literal["percent", "clock", "number"]
    better: Literal["more", "less"]
    meaning: str

    def write(self, value: float | None) -> str:
        """Write a value for people; a dash where nothing is known."""
        if value is None:
            return "–"
        if self.unit == "percent":
            return f"{value * 100:.1f}"
        if self.unit == "clock":
            return f"{round(value) // 60}:{round(value) % 60:02d}"
        return f"{value:.1f}"


_CONFIG = RoutingConfig()
SOON = f"{_CONFIG.answer_within_seconds:g}"
"""The T of the service level, which is the same for every policy."""
AT_ONCE = f"{_CONFIG.short_abandon_seconds:g}"
FIGURES: Mapping[str, Figure] = {
    "service_level_strict": Figure(f"{SOON}초내", "in time", "percent", "more", f"% of calls answered within {SOON} s"),
    "asa_s": Figure("평균", "asa", "clock", "less", "mean wait of the answered, min:s"),
    "p95_wait_s": Figure("95%", "p95", "clock", "less", "95 % of the answered waited no longer, min:s"),
    "longest_danger_s": Figure("긴급", "danger", "clock", "less", "longest wait of a call in danger"),
    "longest_transfer_s": Figure("연결", "transf.", "clock", "less", "longest wait of a caller who was handed on"),
    "longest_returned_s": Figure("복귀", "return.", "clock", "less", "longest wait of a caller who was cut off"),
    "longest_normal_s": Figure("일반", "normal", "clock", "less", "longest wait of any other call"),
    "abandonment_rate": Figure("포기", "gave up", "percent", "less", "% of calls that gave up, short ones included"),
    "short_abandon_rate": Figure("바로", "short", "percent", "less", f"% of calls that hung up within {AT_ONCE} s"),
    "night_answer_rate": Figure("밤응대", "night", "percent", "more", "% of the calls from 22 to 6 h answered"),
    "danger_answer_rate": Figure("긴급%", "danger%", "percent", "more", "% of the calls in danger answered"),
    "helped": Figure("도움", "helped", "percent", "more", "% of people who talked to somebody in the end"),
    "occupancy": Figure("상담중", "busy", "percent", "less", "% of time at work spent talking and writing"),
    "occupancy_worst": Figure("최다", "busiest", "percent", "less", "the same, of the busiest counselor"),
    "overtaken_worst": Figure("추월", "passed", "number", "less", "most callers who went before one who came earlier"),
}
"""By the name that the metrics use, in the order of the table."""
