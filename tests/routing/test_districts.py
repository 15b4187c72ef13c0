"""By district nobody can be told apart: not by a small number, and not by the difference to the sum."""

from hypothesis import given
from hypothesis import strategies as st

from routing.metrics.districts import LEAST, hidden

PLACES = st.dictionaries(st.sampled_from(["", *"ABCDEFG"]), st.integers(0, 30))


@given(PLACES)
def test_no_small_number_is_shown_and_none_can_be_worked_out(offered: dict[str, int]) -> None:
    unseen = hidden(offered)
    shown = {place: number for place, number in offered.items() if place not in unseen}
    assert all(number == 0 or number >= LEAST for place, number in shown.items() if place)
    rest = sum(offered[place] for place in unseen)
    assert not unseen or rest >= LEAST or not any(shown.values())


@given(PLACES)
def test_nothing_is_hidden_where_nothing_is_small(offered: dict[str, int]) -> None:
    large = {place: number for place, number in offered.items() if not place or number == 0 or number >= LEAST}
    assert hidden(large) == frozenset()


def test_the_smallest_of_the_others_is_hidden_with_a_lone_small_one() -> None:
    assert hidden({"A": 2, "B": 9, "C": 7, "": 30}) == {"A", "C"}
    assert hidden({"A": 2, "B": 3, "C": 7}) == {"A", "B"}
    assert hidden({"A": 4, "": 1}) == {"A", ""}
