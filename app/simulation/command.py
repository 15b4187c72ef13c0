"""`goodbye120 simulate`: play, show, and write the drawing."""

from collections.abc import Sequence

from app.simulation.options import parse
from app.simulation.plot import drawing
from app.simulation.table import as_csv, as_json, table
from routing.simulation import compare


def simulate(arguments: Sequence[str]) -> str:
    """Play what the options ask for and give what to print; a drawing goes to its file."""
    wish = parse(arguments)
    comparison = compare(wish.scenario, wish.policies, wish.experiment)
    if wish.plot is not None:
        wish.plot.write_text(drawing(comparison), encoding="utf-8")
    match wish.form:
        case "json":
            return as_json(comparison, wish.scenario)
        case "csv":
            return as_csv(comparison).rstrip("\n")
        case _:
            return "\n".join(table(comparison, wish.scenario))
