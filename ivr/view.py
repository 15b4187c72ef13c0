"""How a call stands, folded from everything heard of it: the same for every order in which it was heard."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ivr.notices import FINAL

_MOVES = ("participant-join", "participant-leave")


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg as it stands now."""

    sid: str
    party: str = ""
    """Whose it is: `caller`, or `counselor-`, `transfer-` or `supervisor-` and the id of what it was made for."""
    room: str | None = None
    """The room it is in now."""
    was_in_room: bool = False
    final: str | None = None
    """The provider's last word, once it is over."""
    hung_up: bool = False
    """It left its room by itself, and was not put out of it."""


@dataclass(frozen=True, slots=True)
class View:
    """One call: the caller's leg, and the legs of everybody who was rung into its room."""

    caller: Leg
    others: Mapping[str, Leg] = field(default_factory=dict)

    def leg_for(self, made_for: UUID) -> Leg | None:
        """Give the leg that was made for an offer, a transfer or a watch, as far as it was heard of."""
        return next((leg for leg in self.others.values() if leg.party.partition("-")[2] == str(made_for)), None)


def fold(call: str, facts: Iterable[Mapping[str, Any]]) -> View:
    """Fold what was heard in status and conference callbacks; within a room, the higher sequence number is later."""
    heard = [fact for fact in facts if "StatusCallbackEvent" in fact or "CallStatus" in fact]
    over = {fact.get("ConferenceSid", "") for fact in heard if fact.get("StatusCallbackEvent") == "conference-end"}
    sids = {call} | {fact["CallSid"] for fact in heard if fact.get("CallSid")}
    legs = {sid: _leg(sid, [fact for fact in heard if fact.get("CallSid") == sid], over) for sid in sids}
    return View(legs.pop(call), legs)


def _leg(sid: str, heard: Sequence[Mapping[str, Any]], over: Collection[str]) -> Leg:
    moves = sorted((fact for fact in heard if fact.get("StatusCallbackEvent") in _MOVES), key=_sequence)
    last = {fact["ConferenceSid"]: fact for fact in moves}
    inside = [room for room, fact in last.items() if fact["StatusCallbackEvent"] == _MOVES[0] and room not in over]
    final = next((fact["CallStatus"] for fact in heard if fact.get("CallStatus") in FINAL and _is_status(fact)), None)
    return Leg(
        sid,
        party=next(filter(None, map(_party, heard)), ""),
        room=inside[0] if inside and final is None else None,
        was_in_room=bool(moves),
        final=final,
        hung_up=any(fact.get("ReasonParticipantLeft") == "participant_hung_up" for fact in last.values()),
    )


def _is_status(fact: Mapping[str, Any]) -> bool:
    return "StatusCallbackEvent" not in fact


def _party(fact: Mapping[str, Any]) -> str:
    offer = fact.get("offer")
    return str(fact.get("ParticipantLabel") or fact.get("party") or (f"counselor-{offer}" if offer else ""))


def _sequence(fact: Mapping[str, Any]) -> int:
    words = str(fact.get("SequenceNumber", ""))
    return int(words) if words.isascii() and words.isdigit() else 0
