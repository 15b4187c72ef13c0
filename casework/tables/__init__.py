"""The tables of casework; columns that end in `_cipher` hold sealed words only."""

from casework.tables.cases import Case, CaseNote
from casework.tables.contacts import Contact
from casework.tables.duties import Duty, DutyAttempt, Escalation
from casework.tables.field import Dispatch, DispatchAttempt, Milestone, Visit
from casework.tables.flags import CallerFlag
from casework.tables.people import Identifier, Person, PersonMerge, SourceDecision
from casework.tables.places import District, Dong, Team
from casework.tables.voicemails import Voicemail

__all__ = [
    "CallerFlag",
    "Case",
    "CaseNote",
    "Contact",
    "Dispatch",
    "DispatchAttempt",
    "District",
    "Dong",
    "Duty",
    "DutyAttempt",
    "Escalation",
    "Identifier",
    "Milestone",
    "Person",
    "PersonMerge",
    "SourceDecision",
    "Team",
    "Visit",
    "Voicemail",
]
