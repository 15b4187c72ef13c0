"""What casework does: each function loads, decides, applies, and posts what follows, in the caller's transaction.

The telephone's side asks `counselor_of` and `agreed_with_caller`, and calls `about`, `assign`, `ended`,
`callback_requested`, `danger`, `cannot_speak`, `recorded`; all are harmless when repeated.
"""

from casework.service.at_the_desk import agreed_with_caller
from casework.service.calls import about, assign, callback_requested, cannot_speak, danger, ended
from casework.service.continuing import carry_over, continue_as, discontinue, require_calm
from casework.service.finalize import finalize
from casework.service.flags import flags_now, needs_us
from casework.service.owners import counselor_of
from casework.service.voicemails import recorded, recording_erased, recording_to_erase

__all__ = [
    "about", "agreed_with_caller", "assign", "callback_requested", "cannot_speak", "carry_over", "continue_as",
    "counselor_of", "danger", "discontinue", "ended", "finalize", "flags_now", "needs_us", "recorded",
    "recording_erased", "recording_to_erase", "require_calm",
]  # fmt: skip
