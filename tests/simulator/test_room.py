"""Who hears whom in a room."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from simulator.room import FRAME_BYTES, QUEUED_FRAMES, SILENCE, Room, mix


def frame(sample: int) -> bytes:
    return array("h", [sample] * (FRAME_BYTES // 2)).tobytes()


def room_of(*members: str) -> Room:
    room = Room("r")
    for member in members:
        room.join(member)
    return room


def test_everybody_hears_the_others_and_not_themselves() -> None:
    room = room_of("a", "b", "c")
    room.feed("a", frame(100))
    room.feed("b", frame(20))
    assert [room.listen(name) for name in "abc"] == [frame(20), frame(100), frame(120)]
    assert room.listen("c") == SILENCE


def test_the_sum_is_clipped() -> None:
    assert mix([frame(30000), frame(30000)]) == frame(32767)
    assert mix([frame(-30000), frame(-30000)]) == frame(-32768)


@given(st.lists(st.binary(max_size=FRAME_BYTES * 2), max_size=4))
def test_whatever_comes_in_one_whole_frame_goes_out(frames: list[bytes]) -> None:
    assert len(mix(frames)) == FRAME_BYTES


def test_the_muted_are_not_heard_and_whispers_reach_one() -> None:
    room = room_of("caller", "counselor", "coach")
    room.mute("caller", muted=True)
    room.coach("coach", "counselor")
    room.feed("caller", frame(1))
    room.feed("coach", frame(2))
    assert [room.listen(name) for name in ("caller", "counselor")] == [SILENCE, frame(2)]
    room.mute("caller", muted=False)
    room.coach("coach", None)
    room.feed("caller", frame(1))
    assert room.listen("coach") == frame(1)


def test_a_late_listener_hears_the_newest_and_those_who_left_are_forgotten() -> None:
    room = room_of("a", "b")
    for number in range(QUEUED_FRAMES + 5):
        room.feed("a", frame(number))
    assert room.listen("b") == frame(5)
    room.leave("a")
    room.feed("a", frame(9))
    assert room.listen("b") == SILENCE
    assert room.listen("nobody") == SILENCE
