"""Whose duty it is, what comes before what, and what a caller who was not answered is owed."""

from typing import Literal, get_args

DutyKind = Literal[
    "callback", "first_response", "follow_up", "in_depth_callback", "review", "voicemail", "record", "referral",
    "plan_review", "companion_call", "welfare_check", "access_review", "privacy_request", "breach",
]  # fmt: skip
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
    "record": "counselors",
    "plan_review": "supervisors",
    "companion_call": "center",
    "welfare_check": "center",
    "access_review": "supervisors",
    "privacy_request": "supervisors",
    "breach": "supervisors",
}
TEAMS_OF_ROLE: dict[str, frozenset[Team]] = {
    "counselor": frozenset({"counselors"}),
    "senior_counselor": frozenset({"counselors"}),
    "social_worker": frozenset({"center"}),
    "supervisor": frozenset({"counselors", "center", "supervisors"}),
}

TO_UNANSWERED = frozenset({"callback", "voicemail"})
"""Kinds that are owed to a caller whom nobody answered: whoever takes one owns the contact."""

PRIORITY_OF: dict[str, Priority] = {"emergency": "danger", "urgent": "high"}
"""Of a first response that nothing else promises: at danger the supervisor hears at once that it is late."""

RESPONSES = frozenset({"first_response", "in_depth_callback", "follow_up"})
"""Kinds that are a response to a case."""

ENDED_ELSEWHERE: dict[str, str] = {
    "companion_call": "/api/companion-calls",
    "welfare_check": "/api/welfare-checks",
    "privacy_request": "/api/privacy-requests",
    "breach": "/api/breaches",
}
"""Kinds whose tries and end are told at a door of their own, for more follows from them."""

SHORTEST_VOICEMAIL = 2
"""Fewer seconds are no words to answer: the caller is followed up like one who hung up."""

Result = Literal["reached", "no_answer", "busy", "voicemail", "wrong_number", "refused"]
"""What came of an attempt."""
SPOKEN: frozenset[Result] = frozenset({"reached", "refused"})
"""Results by which somebody has been heard."""


def teams(*roles: str) -> frozenset[Team]:
    """List the teams whose duties somebody of these roles may take."""
    return frozenset[Team]().union(*(TEAMS_OF_ROLE.get(role, frozenset()) for role in roles))


def after_another_call(now: Priority, *, danger: bool) -> Priority:
    """Raise a call-back whose caller gave up once more."""
    return "danger" if danger or now == "danger" else "high"


Owed = Literal["nothing", "callback", "number_withheld"]


def owed_to_unanswered(*, past_menu: bool, reachable: bool) -> Owed:
    """Tell what a caller who left unanswered is owed."""
    if not past_menu:
        return "nothing"
    return "callback" if reachable else "number_withheld"
