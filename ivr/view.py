"""How a call stands, folded from everything heard of it: the same for every order in which it was heard."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ivr.notices import FINAL

CALLER = "caller"
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
    sip_code: str = ""
    """How its connection ended, in the network's own number."""


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
    whose = [_whose(call, fact) for fact in heard]
    sids = {call, *filter(None, whose)}
    legs = {sid: _leg(sid, [f for f, leg in zip(heard, whose, strict=True) if leg == sid], over) for sid in sids}
    return View(legs.pop(call), legs)


def _whose(call: str, fact: Mapping[str, Any]) -> str:
    # In a room, a call that we made is known by the provider's name: its label tells that it is the caller's.
    return call if fact.get("ParticipantLabel") == CALLER else str(fact.get("CallSid", ""))


def _leg(sid: str, heard: Sequence[Mapping[str, Any]], over: Collection[str]) -> Leg:
    moves = sorted((fact for fact in heard if fact.get("StatusCallbackEvent") in _MOVES), key=_sequence)
    last = {fact["ConferenceSid"]: fact for fact in moves}
    inside = [room for room, fact in last.items() if fact["StatusCallbackEvent"] == _MOVES[0] and room not in over]
    last_words = [fact for fact in heard if fact.get("CallStatus") in FINAL and _is_status(fact)]
    final = last_words[0]["CallStatus"] if last_words else None
    return Leg(
        sid,
        party=next(filter(None, map(_party, heard)), ""),
        room=inside[0] if inside and final is None else None,
        was_in_room=bool(moves),
        final=final,
        hung_up=any(fact.get("ReasonParticipantLeft") == "participant_hung_up" for fact in last.values()),
        sip_code=next((str(fact["SipResponseCode"]) for fact in last_words if fact.get("SipResponseCode")), ""),
    )


def _is_status(fact: Mapping[str, Any]) -> bool:
    return "StatusCallbackEvent" not in fact


def _party(fact: Mapping[str, Any]) -> str:
    offer = fact.get("offer")
    return str(fact.get("ParticipantLabel") or fact.get("party") or (f"counselor-{offer}" if offer else ""))


def _sequence(fact: Mapping[str, Any]) -> int:
    words = str(fact.get("SequenceNumber", ""))
    return int(words) if words.isascii() and words.isdigit() else 0
