"""A dispatch in the shape of an Emergency Incident Data Object (NENA-STA-021), for systems that read those."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from casework.tables import Dispatch, Milestone

VERSION: Final = "1.1"
AGENCY: Final = "goodbye120"
_PRIORITY: Final = {"emergency": 1, "urgent": 2, "high": 3, "moderate": 4, "low": 5, "info": 5}
_STATUS: Final = {
    "requested": "Dispatch Requested", "acknowledged": "Dispatched", "en_route": "En Route", "on_scene": "On Scene",
    "contact_made": "On Scene", "resolved": "Closed", "canceled": "Closed",
}  # fmt: skip

Component = dict[str, Any]


def incident(dispatch: Dispatch, words: Mapping[str, str | None], steps: Sequence[Milestone]) -> Component:
    """Write a dispatch as an EIDO-shaped object: incident, place, person, notes, dispatch; `words` are in clear.

    The shape is the standard's, the values are ours: nobody has certified it, and a receiver maps what it needs.
    """
    at = (steps[-1].at if steps else dispatch.requested_at).isoformat()
    ids = {name: f"{name}-{dispatch.id}" for name in ("incident", "location", "person", "dispatch")}
    return {
        "eidoVersion": VERSION,
        "$id": str(dispatch.id),
        "issuingElementIdentification": AGENCY,
        "lastUpdateTimeStamp": at,
        "agencyComponent": [_part(AGENCY, at, agencyNameText="Seoul Goodbye Loneliness 120")],
        "incidentComponent": [_incident(dispatch, ids, at)],
        "locationComponent": [_location(dispatch, words, ids["location"], at)],
        "personComponent": [_person(words, ids["person"], at)],
        "notesComponent": [
            _part(f"note-{dispatch.id}", at, noteText=words["danger"], noteTimestamp=_text(dispatch.requested_at))
        ],
        "dispatchComponent": [_dispatched(dispatch, steps, ids["dispatch"], at)],
    }


def _part(name: str, at: str, **more: Any) -> Component:
    said = {key: value for key, value in more.items() if value is not None}
    return {"$id": name, "lastUpdateTimeStamp": at, "updatedByAgencyReference": {"$ref": AGENCY}} | said


def _incident(dispatch: Dispatch, ids: Mapping[str, str], at: str) -> Component:
    return _part(
        ids["incident"],
        at,
        incidentTrackingIdentifier=str(dispatch.case_id),
        incidentTypeCommonRegistryText="Welfare Check" if dispatch.kind == "112" else "Medical",
        incidentStatusCommonRegistryText=_STATUS.get(dispatch.state, "Active"),
        incidentCommonPriorityNumber=_PRIORITY.get(dispatch.triage_level, 1),
        locationReference=[{"$ref": ids["location"]}],
        personReference=[{"$ref": ids["person"]}],
        legalBasisText=dispatch.legal_basis,
    )


def _location(dispatch: Dispatch, words: Mapping[str, str | None], name: str, at: str) -> Component:
    return _part(
        name,
        at,
        locationTypeDescriptionRegistryText="Incident",
        locationDescriptionText=words["place"],
        locationSourceText=dispatch.place_source,
        locationConfidenceText=dispatch.place_confidence,
    )


def _person(words: Mapping[str, str | None], name: str, at: str) -> Component:
    return _part(
        name,
        at,
        personIncidentRoleRegistryText=["Subject"],
        personDescriptionText=words["people"],
        callbackTelephoneText=words["callback_number"],
    )


def _dispatched(dispatch: Dispatch, steps: Sequence[Milestone], name: str, at: str) -> Component:
    return _part(
        name,
        at,
        dispatchedAgencyText=dispatch.kind,
        dispatchTimestamp=_text(dispatch.requested_at),
        acknowledgedTimestamp=_text(dispatch.acknowledged_at),
        acknowledgedByText=dispatch.acknowledged_by,
        receiptIdentifier=dispatch.receipt,
        unitStatus=[{"unitStatusText": step.state, "timestamp": step.at.isoformat()} for step in steps],
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
