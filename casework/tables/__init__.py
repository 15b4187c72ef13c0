"""The tables of casework; columns that end in `_cipher` hold sealed words only."""

from casework.tables.care import CarePlan, CompanionCall, CompanionRhythm, PlanVersion, SafetyPlan, WelfareCheck
from casework.tables.cases import Case, CaseNote
from casework.tables.contacts import Contact
from casework.tables.duties import Duty, DutyAttempt, Escalation
from casework.tables.field import Dispatch, DispatchAttempt, Milestone, Visit
from casework.tables.flags import CallerFlag
from casework.tables.people import Identifier, Person, PersonMerge, SourceDecision
from casework.tables.photos import VisitPhoto
from casework.tables.places import District, Dong, Team
from casework.tables.privacy import Breach, Consent, Destruction, LegalHold, PersonKey, PrivacyRequest
from casework.tables.referrals import Referral
from casework.tables.reveals import RevealReview
from casework.tables.screenings import Screening
from casework.tables.voicemails import Voicemail

__all__ = [
    "Breach",
    "CallerFlag",
    "CarePlan",
    "Case",
    "CaseNote",
    "CompanionCall",
    "CompanionRhythm",
    "Consent",
    "Contact",
    "Destruction",
    "Dispatch",
    "DispatchAttempt",
    "District",
    "Dong",
    "Duty",
    "DutyAttempt",
    "Escalation",
    "Identifier",
    "LegalHold",
    "Milestone",
    "Person",
    "PersonKey",
    "PersonMerge",
    "PlanVersion",
    "PrivacyRequest",
    "Referral",
    "RevealReview",
    "SafetyPlan",
    "Screening",
    "SourceDecision",
    "Team",
    "Visit",
    "VisitPhoto",
    "Voicemail",
    "WelfareCheck",
]
