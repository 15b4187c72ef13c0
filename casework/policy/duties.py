"""Whose duty it is, what comes before what, and what a caller who was not answered is owed."""

from typing import Literal, get_args

DutyKind = Literal["callback", "first_response", "follow_up", "in_depth_callback", "review", "voicemail", "referral"]
Team = Literal["counselors", "center", "supervisors"]
Priority = Literal["normal", "high", "danger"]
PRIORITIES: tuple[Priority, ...] = get_args(Priority)

TEAM_OF: dict[DutyKind, Team] = {
    "callback": "counselors",
    "first_response": "center",
    "follow_up": "counselors",
    "in_depth_callback": "center",
    "review": "supervisors",
    "voicemail": "counselors",
    "referral": "counselors",
}
TEAMS_OF_ROLE: dict[str, frozenset[Team]] = {
    "counselor": frozenset({"counselors"}),
    "social_worker": frozenset({"center"}),
    "supervisor": frozenset({"counselors", "center", "supervisors"}),
}

TO_UNANSWERED = frozenset({"callback", "voicemail"})
"""Kinds that are owed to a caller whom nobody answered: whoever takes one owns the contact."""

PRIORITY_OF: dict[str, Priority] = {"emergency": "danger", "urgent": "high"}
"""Of a first response that nothing else promises: at danger the supervisor hears at once that it is late."""

RESPONSES = frozenset({"first_response", "in_depth_callback", "follow_up"})
"""Kinds that are a response to a case."""

SHORTEST_VOICEMAIL = 2
"""Fewer seconds are no words to answer: the caller is followed up like one who hung up."""

Result = Literal["reached", "no_answer", "busy", "voicemail", "wrong_number", "refused"]
"""What came of an attempt."""


def teams(role: str) -> frozenset[Team]:
    """List the teams whose duties somebody of this role may take."""
    return TEAMS_OF_ROLE.get(role, frozenset())


def after_another_call(now: Priority, *, danger: bool) -> Priority:
    """Raise a call-back whose caller gave up once more."""
    return "danger" if danger or now == "danger" else "high"


Owed = Literal["nothing", "callback", "number_withheld"]


def owed_to_unanswered(*, past_menu: bool, reachable: bool) -> Owed:
    """Tell what a caller who left unanswered is owed."""
    if not past_menu:
        return "nothing"
    return "callback" if reachable else "number_withheld"
