"""A seeded simulation of the line's week that compares policies by the product's own rules; knows no clock, no I/O.

What is played is data (`routing/data/seoul-week.toml`); whose turn it is, how a wrap-up grows and what every figure
means are the pure functions that the line itself works by.
"""

from routing.simulation.experiment import Comparison, Estimate, Experiment, Row, compare
from routing.simulation.policies import POLICIES, Policy
from routing.simulation.reading import BadScenario, load_scenario
from routing.simulation.scenario import Scenario

__all__ = [
    "POLICIES",
    "BadScenario",
    "Comparison",
    "Estimate",
    "Experiment",
    "Policy",
    "Row",
    "Scenario",
    "compare",
    "load_scenario",
]
