"""What casework does: each function loads, decides, applies, and posts what follows, in the caller's transaction.

The telephone's side calls `about`, `assign`, `ended`, `callback_requested`, `danger`; all are harmless when repeated.
"""

from casework.service.calls import about, assign, callback_requested, danger, ended
from casework.service.continuing import carry_over, continue_as, discontinue, require_calm
from casework.service.finalize import finalize

__all__ = [
    "about", "assign", "callback_requested", "carry_over", "continue_as", "danger", "discontinue", "ended", "finalize",
    "require_calm",
]  # fmt: skip
