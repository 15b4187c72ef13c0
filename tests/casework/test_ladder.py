"""Whoever can be asked for a dispatch is asked in order, and the last one ever again."""

from hypothesis import given
from hypothesis import strategies as st

from casework.policy.ladder import way

THERE = st.fixed_dictionaries({"endpoint": st.booleans(), "agency": st.booleans(), "officer": st.booleans()})


@given(THERE, st.integers(1, 9))
def test_a_page_goes_to_somebody_who_is_there_if_anybody_is(there: dict[str, bool], page: int) -> None:
    chosen = way(page, **there)
    assert chosen is None if not any(there.values()) else there[chosen or ""]


@given(THERE)
def test_everybody_who_is_there_has_been_asked_after_three_pages(there: dict[str, bool]) -> None:
    assert {way(page, **there) for page in (1, 2, 3)} - {None} == {name for name, is_there in there.items() if is_there}


def test_the_machine_comes_first_then_the_agencys_telephone_then_our_own_officer() -> None:
    assert [way(page, endpoint=True, agency=True, officer=True) for page in (1, 2, 3, 4)] == [
        "endpoint", "agency", "officer", "officer",
    ]  # fmt: skip
