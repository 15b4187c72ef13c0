"""What an outside addressee is told of a visit or a dispatch: as little as will do, and the same at every try."""

from typing import Any

import orjson

from casework.config import Config
from casework.tables import Dispatch, Visit
from core.security import Vault


def dispatch_packet(dispatch: Dispatch, *, vault: Vault, config: Config) -> bytes:
    """Write a dispatch as JSON: place, danger, people and the number to call back; no health data."""
    clear = {
        "place": dispatch.place_cipher,
        "detail": dispatch.detail_cipher,
        "people": dispatch.people_cipher,
        "danger": dispatch.danger_cipher,
        "callback_number": dispatch.callback_cipher,
    }
    more = {
        "agency": dispatch.kind,
        "place_source": dispatch.place_source,
        "place_confidence": dispatch.place_confidence,
        "legal_basis": dispatch.legal_basis,
    }
    return _packet("dispatch", dispatch, more | _open(clear, vault), config)


def visit_packet(visit: Visit, *, vault: Vault, config: Config) -> bytes:
    """Write a visit as JSON: where, why, by when, and what the team must know for its own safety."""
    clear = {
        "address": visit.address_cipher,
        "detail": visit.detail_cipher,
        "reason": visit.reason_cipher,
        "safety_notes": visit.safety_cipher,
    }
    more = {
        "district": visit.district,
        "visit_by": visit.visit_by.isoformat(),
        "consent": visit.consent,
        "legal_basis": visit.legal_basis,
    }
    return _packet("visit", visit, more | _open(clear, vault), config)


def _open(sealed: dict[str, str | None], vault: Vault) -> dict[str, str | None]:
    return {name: vault.open(cipher) if cipher else None for name, cipher in sealed.items()}


def _packet(kind: str, asked: Visit | Dispatch, more: dict[str, Any], config: Config) -> bytes:
    plural = {"visit": "visits", "dispatch": "dispatches"}[kind]
    head = {
        "kind": kind,
        "id": str(asked.id),
        "case_id": str(asked.case_id),
        "triage_level": asked.triage_level,
        "requested_at": asked.requested_at.isoformat(),
        "acknowledge_url": f"{config.public_url.rstrip('/')}/api/partner/{plural}/{asked.id}/acknowledge",
    }
    return orjson.dumps(head | more)
