"""The tables of casework; columns that end in `_cipher` hold sealed words only."""

from casework.tables.care import CarePlan, CompanionCall, CompanionRhythm, PlanVersion, SafetyPlan, WelfareCheck
from casework.tables.cases import Case, CaseNote
from casework.tables.contacts import Contact
from casework.tables.duties import Duty, DutyAttempt, Escalation
from casework.tables.field import Dispatch, DispatchAttempt, Milestone, Visit
from casework.tables.flags import CallerFlag
from casework.tables.people import Identifier, Person
from casework.tables.photos import VisitPhoto
from casework.tables.places import District, Team
from casework.tables.reveals import RevealReview
from casework.tables.voicemails import Voicemail

__all__ = [
    "CallerFlag",
    "CarePlan",
    "Case",
    "CaseNote",
    "CompanionCall",
    "CompanionRhythm",
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
    "PlanVersion",
    "RevealReview",
    "SafetyPlan",
    "Team",
    "Visit",
    "VisitPhoto",
    "Voicemail",
    "WelfareCheck",
]
