"""The fold of a call: the same for every order in which its legs were heard of, and however often."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from core.journal import JournalFact
from ivr.queries import last_spot
from ivr.spot import Spot
from ivr.steps import ENDED
from ivr.view import View, fold

CALL, ROOM = "CAcaller", "CFroom"
ROLES = ("counselor", "transfer", "supervisor")
Facts = list[Mapping[str, Any]]


def made_for(role: str) -> UUID:
    return uuid5(UUID(int=0), role)


class Room:
    """One room as the provider counts it."""

    def __init__(self, sid: str = ROOM) -> None:
        self.sid, self.facts, self.n = sid, Facts(), 0

    def tell(self, event: str, leg: str, label: str, **more: str) -> None:
        self.n += 1
        told = {"ConferenceSid": self.sid, "StatusCallbackEvent": event, "SequenceNumber": str(self.n), "CallSid": leg}
        self.facts.append({**told, "ParticipantLabel": label, **more})

    def join(self, leg: str, label: str) -> None:
        self.tell("participant-join", leg, label)

    def leave(self, leg: str, label: str, why: str = "participant_hung_up") -> None:
        self.tell("participant-leave", leg, label, ReasonParticipantLeft=why)

    def end(self) -> None:
        self.n += 1
        self.facts.append({"ConferenceSid": self.sid, "StatusCallbackEvent": "conference-end"})


def status(leg: str, word: str, party: str = "") -> Mapping[str, Any]:
    return {"CallSid": leg, "CallStatus": word, "SequenceNumber": "3", "party": party}


@st.composite
def calls(draw: st.DrawFn) -> Facts:
    """A call of three or four legs: who comes and goes in the room, who is on hold, whose line ends."""
    room, inside = Room(), set[str]()
    labels = {CALL: "caller"} | {f"CA{role}": f"{role}-{made_for(role)}" for role in draw(st.permutations(ROLES))}
    ended: Facts = []
    for leg in draw(st.lists(st.sampled_from(sorted(labels)), min_size=3, max_size=12)):
        if leg in inside:
            if draw(st.booleans()):
                room.tell(draw(st.sampled_from(["participant-hold", "participant-unhold"])), leg, labels[leg])
            else:
                room.leave(leg, labels[leg])
                inside.discard(leg)
        else:
            room.join(leg, labels[leg])
            inside.add(leg)
    for leg in sorted(set(labels) - inside):
        if draw(st.booleans()):
            ended.append(status(leg, "completed", labels[leg]))
    if draw(st.booleans()):
        room.end()
    return [*room.facts, *ended]


@given(facts=calls(), data=st.data())
@settings(max_examples=150)
def test_order_and_repetition_change_nothing(facts: Facts, data: st.DataObject) -> None:
    told = data.draw(st.permutations(facts))
    again = data.draw(st.lists(st.sampled_from(facts), max_size=6)) if facts else []
    mixed = data.draw(st.permutations([*told, *again]))
    assert seen(fold(CALL, mixed)) == seen(fold(CALL, facts))


def seen(view: View) -> dict[str, tuple[object, ...]]:
    legs = {view.caller.sid: view.caller, **view.others}
    return {sid: (leg.party, leg.room, leg.was_in_room, leg.final, leg.hung_up) for sid, leg in legs.items()}


def test_every_leg_is_found_by_what_it_was_made_for_whatever_was_heard_of_it() -> None:
    room = Room()
    room.join("CA1", f"counselor-{made_for('counselor')}")
    heard = [
        *room.facts,
        {**status("CA2", "busy"), "party": f"transfer-{made_for('transfer')}"},
        {**status("CA3", "completed"), "offer": str(made_for("supervisor"))},
    ]
    view = fold(CALL, heard)
    found = {role: view.leg_for(made_for(role)) for role in ROLES}
    assert {role: leg.sid for role, leg in found.items() if leg} == {
        "counselor": "CA1", "transfer": "CA2", "supervisor": "CA3",
    }  # fmt: skip
    assert view.leg_for(UUID(int=9)) is None


def test_who_comes_back_into_a_room_is_in_it_and_a_room_that_ended_holds_nobody() -> None:
    room = Room()
    room.join(CALL, "caller")
    room.leave(CALL, "caller", "participant_updated_via_api")
    room.join(CALL, "caller")
    assert fold(CALL, room.facts).caller.room == ROOM
    room.end()
    assert fold(CALL, room.facts).caller.room is None
    second = Room("CFsecond")
    second.join(CALL, "caller")
    assert fold(CALL, [*second.facts, *room.facts]).caller.room == "CFsecond"


def test_a_caller_stands_where_they_were_moved_though_the_queue_tells_later_that_they_left() -> None:
    moved, left = Spot(1, "queue", turn=5), Spot(1, ENDED, turn=2)
    facts = [JournalFact(n=n, heard={"then": spot.query}) for n, spot in enumerate((moved, left))]
    assert last_spot(facts) == moved
    assert last_spot(facts[1:]) is None
