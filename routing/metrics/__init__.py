"""Every figure of a queue as a fold over what happened, each under the name of its formula; no database, no clock."""

from routing.metrics.definitions import DEFINITIONS, UNITS, definitions
from routing.metrics.figures import Figures, figures, figures_of
from routing.metrics.intervals import INTERVAL
from routing.metrics.stays import Happened, Stay, stays
from routing.metrics.tallies import Counts, Part, add, tallies, total

__all__ = [
    "DEFINITIONS",
    "INTERVAL",
    "UNITS",
    "Counts",
    "Figures",
    "Happened",
    "Part",
    "Stay",
    "add",
    "definitions",
    "figures",
    "figures_of",
    "stays",
    "tallies",
    "total",
]
