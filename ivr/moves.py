"""The moves of a transfer and of a watch as tables, checked when this module is imported."""

from casework.policy.states import machine

TRANSFER = machine(
    "transfer", "initiated", "released failed returned canceled",
    initiated="target_ringing failed canceled",
    target_ringing="target_answered failed canceled",
    target_answered="briefed failed canceled",
    briefed="conferenced failed canceled",
    conferenced="released failed canceled",
    failed="returned",
    released="",
    returned="",
    canceled="",
)  # fmt: skip
"""A blind one is `released` from the beginning; a failed one has `returned` when its caller is back."""
PRIVATE = frozenset({"target_ringing", "target_answered", "briefed"})
"""Meanwhile the counselors are by themselves: the caller is on hold."""
WATCH = machine("watch", "asked", "ended", asked="joined ended", joined="ended", ended="")
