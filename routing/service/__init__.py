"""What can be done with the queue: load, decide, apply, post; nothing here commits.

PostgreSQL is the truth and Redis its index, and nothing makes the two commit together. What holds instead:

* Whoever changes a contact's or a seat's place in the index holds its row in the database, so its changes come in one
  order, and who can lock a row finds row and index at rest. Where they then differ, the row is right.
* A transition changes the index first and the rows after it, in one transaction. A process that dies between the two
  leaves the index ahead: an offer accepted, a caller gone that the row still has waiting. `reconcile` (every few
  seconds) locks what differs and puts the index back to what the row says; nobody was told of what was not committed,
  and whoever asked (the relay for its messages, the counselor for a click) asks again.
* A claim is the one change made before its rows are locked, for only the index knows whose turn it is. It is then
  tied to the locked rows (`confirm`). A process that dies before that leaves a caller offered to nobody: `reconcile`
  or, at the latest, the offer's deadline puts both back. A claim that was put back meanwhile is not confirmed, and
  comes to nothing.
* Matching follows the commit of what made it possible, in transactions of its own, one for each offer. A process that
  dies between leaves a caller and a free seat unmatched until the next `sweep`, a fifth of a second later.
* With Redis away a transition fails as a whole: the row is as it was. What the outside has already made true (a
  caller hung up) comes again as a message until it is done. Redis wiped: `rebuild`, under the next epoch, in the
  original order.
* What happened (`connected`, `finish`, `leave`, `connect_failed`) is never refused because the index disagrees: the
  row takes it, and the index is put to what the row says.
"""

from routing.queries import current_offer, entry, offer_at, offer_of_seat, seat, was_connected
from routing.service.calls import connect_failed, connected, finish, hold, resume
from routing.service.direct import Onward, bring_back, go_on, pull, take_over
from routing.service.forecasting import relearn
from routing.service.matching import match, match_after
from routing.service.mending import rebuild, reconcile
from routing.service.offers import accept, reject
from routing.service.overflow import change_queue, come_back, overflow
from routing.service.placing import place_in
from routing.service.preferring import prefer
from routing.service.seats import heartbeat, set_activity, sign_off, sign_on
from routing.service.skills import set_skills
from routing.service.standing import Standing, stand, take_up
from routing.service.sweeping import sweep
from routing.service.tallying import Recount, intervals, keep_tallies, recount
from routing.service.waiting import enter, hint, leave, raise_to_danger
from routing.service.wrapping import extend_wrap_up, wrap_up
from routing.tables import Offer, QueueEntry, Seat

__all__ = [
    "Offer",
    "Onward",
    "QueueEntry",
    "Recount",
    "Seat",
    "Standing",
    "accept",
    "bring_back",
    "change_queue",
    "come_back",
    "connect_failed",
    "connected",
    "current_offer",
    "enter",
    "entry",
    "extend_wrap_up",
    "finish",
    "go_on",
    "heartbeat",
    "hint",
    "hold",
    "intervals",
    "keep_tallies",
    "leave",
    "match",
    "match_after",
    "offer_at",
    "offer_of_seat",
    "overflow",
    "place_in",
    "prefer",
    "pull",
    "raise_to_danger",
    "rebuild",
    "reconcile",
    "recount",
    "reject",
    "relearn",
    "resume",
    "seat",
    "set_activity",
    "set_skills",
    "sign_off",
    "sign_on",
    "stand",
    "sweep",
    "take_over",
    "take_up",
    "was_connected",
    "wrap_up",
]
