"""The tables of casework; columns that end in `_cipher` hold sealed words only."""

from casework.tables.cases import Case, CaseNote
from casework.tables.contacts import Contact
from casework.tables.duties import Duty, DutyAttempt, Escalation
from casework.tables.field import Dispatch, DispatchAttempt, Milestone, Visit
from casework.tables.flags import CallerFlag
from casework.tables.people import Identifier, Person
from casework.tables.places import District, Team
from casework.tables.referrals import Referral
from casework.tables.screenings import Screening
from casework.tables.voicemails import Voicemail

__all__ = [
    "CallerFlag",
    "Case",
    "CaseNote",
    "Contact",
    "Dispatch",
    "DispatchAttempt",
    "District",
    "Duty",
    "DutyAttempt",
    "Escalation",
    "Identifier",
    "Milestone",
    "Person",
    "Referral",
    "Screening",
    "Team",
    "Visit",
    "Voicemail",
]
