"""The tables and rules of casework hold for every case, not only the ones somebody thought of."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.config import Config, Endpoint
from casework.policy import triage
from casework.policy.duties import PRIORITIES, Priority, after_another_call, owed_to_unanswered
from casework.policy.finalizing import Filled, problems
from casework.policy.states import CONTACT, DISPATCH, DUTY, MACHINES, VISIT, Machine, check, machine, move, reach
from core.errors import Conflict

machines = st.sampled_from(MACHINES)
levels = st.sampled_from(triage.LEVELS)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(machines, st.data())
def test_every_move_is_either_in_the_table_or_a_conflict_that_names_the_allowed_ones(
    table: Machine, data: st.DataObject
) -> None:
    now, to = (data.draw(st.sampled_from(sorted(table.states))) for _ in "ab")
    if to in table.moves[now]:
        assert move(table, now, to) == to
        return
    with pytest.raises(Conflict) as refusal:
        move(table, now, to)
    assert refusal.value.more["allowed"] == sorted(table.moves[now])
    assert all(state in refusal.value.detail for state in table.moves[now])


@given(machines, st.data())
def test_a_final_state_absorbs_and_every_walk_can_end(table: Machine, data: st.DataObject) -> None:
    state = table.start
    for _ in range(20):
        if not table.moves[state]:
            assert state in table.closed
            return
        assert reach(table, state) & table.closed
        state = move(table, state, data.draw(st.sampled_from(sorted(table.moves[state]))))


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        ({"open": "nowhere", "done": ""}, "no such state"),
        ({"open": "done", "done": "", "island": "done"}, "never reached"),
        ({"open": "done lost", "done": "", "lost": ""}, "final but not closed"),
        ({"open": "done loop", "done": "", "loop": "loop"}, "no way to end"),
    ],
)
def test_a_table_that_does_not_hold_together_is_refused_at_start(moves: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        machine("example", "open", "done", **moves)


def test_the_tables_say_what_the_vocabulary_says() -> None:
    for table in MACHINES:
        check(table)
    assert DISPATCH.closed == {"contact_made", "resolved", "canceled"}
    assert CONTACT.final == {"voided"}
    assert DUTY.final == {"done", "missed", "cancelled"}
    assert VISIT.moves["no_answer"] == {"scheduled", "reported"}


@given(levels, levels, moments)
def test_a_more_urgent_level_never_owes_a_later_response(one: triage.Level, other: triage.Level, at: datetime) -> None:
    targets = Config().targets
    first, second = (triage.respond_by(level, at, targets) for level in (one, other))
    if triage.lowers(one, other) and first and second:
        assert first < second
    worse = triage.more_urgent(one, other)
    assert worse == triage.more_urgent(other, one)
    assert not triage.lowers(other, worse)


@given(levels, levels)
def test_only_lowering_from_emergency_or_urgent_needs_a_second_person(one: triage.Level, other: triage.Level) -> None:
    lowered = triage.LEVELS.index(other) > triage.LEVELS.index(one)
    assert triage.needs_second_person(one, other) == (lowered and one in {"emergency", "urgent"})


@given(st.none() | moments, st.lists(moments, max_size=4))
def test_a_response_is_owed_unless_something_promises_it_in_time(
    by: datetime | None, deadlines: list[datetime]
) -> None:
    assert triage.first_response_owed(by, deadlines) == (by is not None and not [d for d in deadlines if d <= by])


@given(st.booleans(), st.booleans())
def test_nobody_who_waited_and_can_be_reached_is_forgotten(past: bool, reachable: bool) -> None:  # noqa: FBT001
    owed = owed_to_unanswered(past_menu=past, reachable=reachable)
    assert (owed == "callback") == (past and reachable)


@given(st.sampled_from(PRIORITIES), st.booleans())
def test_giving_up_again_never_lowers_a_call_back(now: Priority, danger: bool) -> None:  # noqa: FBT001
    after = after_another_call(now, danger=danger)
    assert PRIORITIES.index(after) >= max(1, PRIORITIES.index(now))


words = st.none() | st.just("x")
forms = st.builds(
    Filled,
    outcome_class=st.sampled_from([None, "data", "non_data"]),
    outcome=words,
    triage_level=st.none() | levels,
    topic=words,
    relation=st.sampled_from([None, "self", "family"]),
    subject_known=st.booleans(),
    consent=st.sampled_from([None, "given", "refused", "overridden", "not_possible"]),
    consent_reasoned=st.booleans(),
    in_depth=st.booleans(),
    visit=st.booleans(),
    dispatch=st.booleans(),
    follow_up=st.booleans(),
    no_dispatch_reason=st.booleans(),
    gaps=st.sampled_from([(), ("next_step.visit.address",)]),
)


@given(forms)
def test_no_form_passes_that_would_visit_or_counsel_without_consent_or_leave_an_emergency_alone(form: Filled) -> None:
    if problems(form):
        return
    assert not (form.in_depth and form.consent != "given")
    assert not (form.visit and form.consent not in {"given", "overridden"})
    assert not (form.visit and form.consent == "overridden" and not form.consent_reasoned)
    assert not (form.triage_level == "emergency" and form.outcome_class == "data") or (
        form.dispatch or form.no_dispatch_reason
    )
    assert not (form.outcome_class == "non_data" and form.starts)
    assert not (form.outcome_class == "data" and form.gaps)


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://example.org/visits", "a secret of enough characters"),
        ("ftp://127.0.0.1/", "a secret of enough characters"),
        ("https://", "a secret of enough characters"),
        ("https://example.org/", "short"),
    ],
)
def test_an_unsafe_endpoint_is_refused_at_start(url: str, secret: str) -> None:
    with pytest.raises(ValueError, match=r"https|secret"):
        Endpoint(url, secret)


def test_an_endpoint_for_nothing_is_refused_and_secrets_are_not_printed() -> None:
    safe = Endpoint("http://127.0.0.1:1/", "a secret of enough characters")
    assert "enough" not in repr(safe)
    with pytest.raises(ValueError, match="visit, 119, 112, joint"):
        Config(endpoints={"taxi": safe})


def test_the_whole_outside_call_ends_before_the_lease() -> None:
    assert timedelta(seconds=Config().outside_timeout) < timedelta(seconds=4)
