"""What casework does: each function loads, decides, applies, and posts what follows, in the caller's transaction.

The telephone's side calls `assign`, `ended`, `callback_requested` and `danger`; all are harmless when repeated.
"""

from casework.service.calls import assign, callback_requested, danger, ended
from casework.service.finalize import finalize

__all__ = ["assign", "callback_requested", "danger", "ended", "finalize"]
