"""What each figure is called, how it comes about, and in what it is measured."""

from collections.abc import Mapping

DEFINITIONS: Mapping[str, str] = {
    "offered": "contacts that entered the queue",
    "answered": "contacts that talked to a counselor",
    "abandoned": "contacts whose caller hung up before talking to anybody, short ones included",
    "short_abandoned": "of these, within the short-abandon limit",
    "other_exits": "contacts that left otherwise, by how: never counted as abandoned",
    "callbacks": "of these, by asking for a call-back",
    "overflows": "of these, because the line could not take them: overflowed, max_wait, no_counselor",
    "waiting": "contacts that neither talked nor left yet",
    "answer_rate": "answered / offered",
    "abandonment_rate": "abandoned / offered",
    "service_level_strict": "answered within T / offered",
    "service_level_excl_short": "answered within T / (offered - short_abandoned)",
    "service_level_late_abandons": "answered within T / (answered + abandoned after T)",
    "service_level_connect": "(answered + abandoned + callback requested, each within T) / offered",
    "service_level_sl2": "(answered + abandoned, both within T) / (answered + abandoned)",
    "service_level_answered": "answered within T / answered",
    "asa_s": "mean wait of answered, seconds",
    "abandon_wait_s": "mean wait of abandoned, seconds",
    "longest_wait_s": "longest wait of any contact that was answered or left, seconds",
    "talk_s": "mean talk of finished conversations, hold excluded, seconds",
    "hold_s": "mean hold of finished conversations, seconds",
    "wrap_up_s": "mean wrap-up of finished conversations, seconds",
    "aht_s": "mean of talk (hold included) + wrap-up of finished conversations, seconds",
    "offers": "offers made to counselors",
    "offers_accepted": "offers that were accepted, whether or not the two came together",
    "offers_rejected": "offers that the counselor passed on",
    "offers_unanswered": "offers that ran out of time",
    "busy_s": "time talking and wrapping up, seconds",
    "at_work_s": "time available or busy, seconds",
    "occupancy": "busy_s / at_work_s",
}
COUNTED = frozenset({
    "offered", "answered", "abandoned", "short_abandoned", "other_exits", "callbacks", "overflows", "waiting", "offers",
    "offers_accepted", "offers_rejected", "offers_unanswered",
})  # fmt: skip


def _unit(name: str) -> str:
    if name in COUNTED:
        return "offers" if name.startswith("offers") else "contacts"
    return "seconds" if name.endswith("_s") else "ratio, 0 to 1"


UNITS: Mapping[str, str] = {name: _unit(name) for name in DEFINITIONS}


def definitions() -> list[dict[str, str]]:
    """List every figure with its formula and its unit."""
    return [{"name": name, "formula": formula, "unit": UNITS[name]} for name, formula in DEFINITIONS.items()]
