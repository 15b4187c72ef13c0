"""Erlang's formulas against published values, against their own limits, and against another way to work them out."""

from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from routing.staffing import Load, Target, among, erlang_a, erlang_b, erlang_c, fewest, fewest_speaking, rostered

TEN = Load(10, 1200, 180)
GOOD = Target(20, 0.8, 0.05)
loads = st.builds(Load, st.floats(0.1, 60), st.floats(60, 3600), st.floats(20, 3600))


def test_erlang_b_is_as_in_the_published_tables() -> None:
    # The tables give the traffic that n lines carry at a blocking of 1 %, and at 2 %.
    for n, one, two in ((1, 0.0101, 0.0204), (5, 1.36, 1.66), (10, 4.46, 5.08), (20, 12.0, 13.2), (100, 84.1, 88.0)):
        assert erlang_b(n, one) == pytest.approx(0.01, rel=0.03)
        assert erlang_b(n, two) == pytest.approx(0.02, rel=0.03)


def test_erlang_c_is_as_in_the_published_example() -> None:
    # 100 calls in half an hour, three minutes each, 14 people.
    found = erlang_c(14, Load(200, 180, 1), 20)
    assert found is not None
    assert found.waits == pytest.approx(0.174, abs=0.001)
    assert found.within == pytest.approx(0.888, abs=0.001)
    assert found.mean_wait_s == pytest.approx(7.8, abs=0.05)
    assert found.occupancy == pytest.approx(0.714, abs=0.001)


@pytest.mark.parametrize(("n", "wait", "within"), [(4, 1184, 0.35), (5, 235, 0.68), (6, 67, 0.86)])
def test_erlang_c_of_a_line_of_this_size(n: int, wait: float, within: float) -> None:
    found = erlang_c(n, TEN, 20)
    assert found is not None
    assert (round(found.mean_wait_s), round(found.within, 2)) == (wait, within)


def test_erlang_c_has_no_answer_where_more_comes_than_can_be_done() -> None:
    assert erlang_c(3, TEN, 20) is None


@pytest.mark.parametrize(("n", "wait", "abandoned"), [(3, 62, 0.34), (4, 37, 0.21), (5, 20, 0.11), (6, 9, 0.05)])
def test_erlang_a_of_a_line_of_this_size(n: int, wait: float, abandoned: float) -> None:
    found = erlang_a(n, TEN, 20)
    assert (round(found.mean_wait_s), round(found.abandoned, 2)) == (wait, abandoned)


@pytest.mark.parametrize("n", [4, 5, 6])
def test_with_endless_patience_erlang_a_is_erlang_c(n: int) -> None:
    patient, never = erlang_a(n, Load(10, 1200, 1e9), 20), erlang_c(n, TEN, 20)
    assert never is not None
    for name in ("waits", "within", "mean_wait_s", "occupancy"):
        assert getattr(patient, name) == pytest.approx(getattr(never, name), rel=1e-4)
    assert patient.abandoned == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("n", [1, 3, 6])
def test_where_patience_is_as_long_as_a_call_the_number_there_is_poissons(n: int) -> None:
    below = sum(TEN.erlangs**k / factorial(k) for k in range(n)) * exp(-TEN.erlangs)
    assert erlang_a(n, Load(10, 1200, 1200), 20).waits == pytest.approx(1 - below, rel=1e-9)


def density(n: int, load: Load, within_s: float) -> tuple[float, float]:
    """Work out P(wait) and the share answered in time from the offered wait's density (Mandelbaum and Zeltyn)."""
    arrive, serve, give_up = load.per_hour / 3600, 1 / load.handling_s, 1 / load.patience_s

    def at(x: float) -> float:
        return arrive * exp(arrive / give_up * (1 - exp(-give_up * x)) - n * serve * x)

    def area(end: float, kept: float) -> float:
        # Simpson's rule; `kept` is the rate at which callers give up who are not there any more at x.
        step = end / 20_000
        heights = [at(k * step) * exp(-kept * k * step) for k in range(20_001)]
        return step / 3 * (heights[0] + heights[-1] + 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2]))

    waits = area(60 * (load.patience_s + load.handling_s / n), 0)
    free = 1 / erlang_b(n - 1, load.erlangs)
    return waits / (free + waits), (free + (area(within_s, give_up) if within_s else 0)) / (free + waits)


@pytest.mark.parametrize("load", [TEN, Load(5, 900, 60), Load(30, 600, 240), Load(3, 1500, 1500)])
@pytest.mark.parametrize(("n", "within_s"), [(1, 60), (3, 20), (5, 120), (8, 5)])
def test_erlang_a_agrees_with_the_density_of_the_offered_wait(load: Load, n: int, within_s: float) -> None:
    waits, within = density(n, load, within_s)
    found = erlang_a(n, load, within_s)
    assert found.waits == pytest.approx(waits, rel=1e-3)
    assert found.within == pytest.approx(within, rel=1e-3)


@hypothesis(max_examples=50)
@given(loads, st.integers(1, 30), st.floats(0, 300))
def test_whoever_does_not_give_up_is_talked_to_and_more_counselors_are_never_worse(
    load: Load, n: int, within_s: float
) -> None:
    found, more = erlang_a(n, load, within_s), erlang_a(n + 1, load, within_s)
    assert load.erlangs * (1 - found.abandoned) == pytest.approx(n * found.occupancy, rel=1e-6)
    assert all(-1e-9 <= share <= 1 + 1e-9 for share in (found.waits, found.within, found.abandoned, found.occupancy))
    assert 1 - found.waits <= found.within + 1e-9
    assert found.within <= 1 - found.abandoned + 1e-9
    assert more.within >= found.within - 1e-9
    assert more.abandoned <= found.abandoned + 1e-9


@hypothesis(max_examples=30)
@given(loads)
def test_the_fewest_meet_the_target_and_one_fewer_do_not(load: Load) -> None:
    n = fewest(load, GOOD)
    enough, fewer = erlang_a(n, load, GOOD.within_s), erlang_a(n - 1, load, GOOD.within_s) if n > 1 else None
    assert GOOD.met(enough.within, enough.abandoned)
    assert fewer is None or not GOOD.met(fewer.within, fewer.abandoned)


def test_an_hour_without_calls_needs_one_counselor() -> None:
    assert fewest(Load(0, 1200, 180), GOOD) == 1


@hypothesis(max_examples=30)
@given(loads, st.integers(1, 20), st.floats(0, 300))
def test_where_everybody_can_help_the_part_is_the_whole(load: Load, n: int, within_s: float) -> None:
    whole = erlang_a(n, load, within_s)
    assert among(n, n, load, within_s) == pytest.approx((whole.within, whole.abandoned), rel=1e-6, abs=1e-9)
    if n > 1:
        fewer = among(n, n - 1, load, within_s)
        assert fewer[0] <= whole.within + 1e-9
        assert fewer[1] >= whole.abandoned - 1e-9


@hypothesis(max_examples=20)
@given(loads, st.floats(0, 1), st.floats(0, 0.5))
def test_who_speaks_a_language_is_among_the_counselors_and_more_of_its_callers_need_no_fewer(
    load: Load, share: float, more: float
) -> None:
    n = fewest(load, GOOD)
    some = fewest_speaking(load, share, n, GOOD)
    assert (some > 0) == (share > 0)
    assert some <= n
    assert fewest_speaking(load, min(1, share + more), n, GOOD) >= some


def test_the_roster_makes_up_for_what_is_not_at_the_seat() -> None:
    assert [rostered(n, 0.3) for n in (1, 4, 7)] == [2, 6, 10]
    assert rostered(4, 0) == 4
