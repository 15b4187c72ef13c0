"""Learning, from what happened, the rates that forecasts go by."""

from datetime import datetime

from sqlalchemy.orm import Session

from routing import queries, tally_queries
from routing.board import Board
from routing.forecast import WINDOW, Rates, learn
from routing.metrics import stays


def relearn(tx: Session, *, board: Board, at: datetime) -> Rates | None:
    """Learn the rates anew and keep them where the waiting loop finds them; None where nothing can be foretold.

    They are the site's, of all its queues together, as its seats are.
    """
    since = at - WINDOW
    queues = tally_queries.queues(tx, since)
    events = [event for name in queues for event in queries.happened(tx, name, since, queries.OF_A_STAY)]
    rates = learn(stays(events).values(), at)
    board.keep_rates(rates)
    return rates
