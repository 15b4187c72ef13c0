"""Screening instruments score exactly as published, and say nothing of what was not asked or declined."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.instruments import FOLDER, BadInstrument, load, shipped
from casework.policy.instruments import DECLINED, Answer, Instrument, Result, most_urgent, read, wrong
from casework.policy.triage import lowers

CATALOG = shipped()
instruments = st.sampled_from(sorted(CATALOG.values(), key=lambda each: each.code))


@st.composite
def answered(draw: st.DrawFn) -> tuple[Instrument, dict[str, Answer]]:
    """Draw an instrument and any answers to any of its items."""
    instrument = draw(instruments)
    answers: dict[str, Answer] = {}
    for item in instrument.items:
        answer = draw(st.sampled_from([None, DECLINED, *sorted(item.values)]))
        if answer is not None:
            answers[item.key] = answer
    return instrument, answers


def in_order(code: str, *values: Answer | None) -> Result:
    """Read answers given in the order of the items; None was not asked."""
    keys = [item.key for item in CATALOG[code].items]
    return read(CATALOG[code], {key: value for key, value in zip(keys, values, strict=False) if value is not None})


def total(result: Result, scale: str = "total") -> tuple[int | None, str | None]:
    (found,) = (each for each in result.scales if each.scale == scale)
    return found.score, found.finding.name if found.finding else None


# The bands as they were published, each by its lowest and its highest score.
PUBLISHED: dict[str, list[tuple[int, int, str]]] = {
    "phq9": [
        (0, 4, "minimal"), (5, 9, "mild"), (10, 14, "moderate"), (15, 19, "moderately_severe"), (20, 27, "severe"),
    ],
    "gad7": [(0, 4, "minimal"), (5, 9, "mild"), (10, 14, "moderate"), (15, 21, "severe")],
    "phq2": [(0, 1, "negative"), (2, 6, "positive")],
    "lsns6": [(0, 11, "isolated"), (12, 30, "connected")],
    "ucla3": [(3, 5, "not_lonely"), (6, 9, "lonely")],
}  # fmt: skip


@pytest.mark.parametrize("code", PUBLISHED)
def test_every_total_falls_into_its_published_band(code: str) -> None:
    items = CATALOG[code].items
    low, high = min(items[0].values), max(items[0].values)
    bands = {score: name for first, last, name in PUBLISHED[code] for score in range(first, last + 1)}
    assert set(bands) == set(range(low * len(items), high * len(items) + 1)), "the whole range, and nothing outside"
    for score, name in bands.items():
        full, rest = divmod(score - low * len(items), high - low)
        values = [*[high] * full, low + rest, *[low] * len(items)][: len(items)]
        assert total(in_order(code, *values)) == (score, name)


@pytest.mark.parametrize(
    ("answers", "finding", "level", "missing"),
    [
        ((0, 0, 0, 0), "negative", None, ()),
        ((0, 0, 0, 1), "positive", "high", ("now",)),
        ((0, "declined", 0, 0), "positive", "high", ("now",)),
        ((1, 0, 0, 0, 0), "positive", "high", ()),
        ((1, 1, 1, 0, 1), "acute", "urgent", ()),
        ((1, 0, 0, 0, "declined"), "acute", "urgent", ()),
        ((0, 0, 0), None, None, ("tried",)),
    ],
)
def test_the_asq_is_read_as_its_toolkit_says(
    answers: tuple[Answer, ...], finding: str | None, level: str | None, missing: tuple[str, ...]
) -> None:
    result = in_order("asq", *answers)
    assert (result.finding.name if result.finding else None, result.level, result.missing) == (finding, level, missing)


@pytest.mark.parametrize(
    ("answers", "finding"),
    [
        ((0, 0, 0, 1), "minimal"), ((1, 0, 0, 1), "lower"), ((0, 1, 0, 1), "lower"), ((0, 0, 1, 1), "higher"),
        ((0, 0, 2, 1), "higher"), ((0, 0, 0, 0), "higher"), ((1, 1, 2, 0), "higher"), ((0, 0, 0), None),
    ],
)  # fmt: skip
def test_the_p4_is_read_as_published(answers: tuple[int, ...], finding: str | None) -> None:
    result = in_order("p4", *answers)
    assert (result.finding.name if result.finding else None) == finding


def test_the_four_of_the_ons_stand_each_for_itself_in_the_published_bands() -> None:
    assert [scale.items for scale in CATALOG["ons4"].scales] == [(item.key,) for item in CATALOG["ons4"].items]
    well = [(range(5), "low"), (range(5, 7), "medium"), (range(7, 9), "high"), (range(9, 11), "very_high")]
    anxious = [(range(2), "very_low"), (range(2, 4), "low"), (range(4, 6), "medium"), (range(6, 11), "high")]
    for scale, bands in (("satisfied", well), ("worthwhile", well), ("happy", well), ("anxious", anxious)):
        for scores, name in bands:
            for score in scores:
                assert total(read(CATALOG["ons4"], {scale: score}), scale) == (score, name)


def test_the_city_s_own_items_are_counted_each_the_way_it_is_meant_and_have_no_cut_off() -> None:
    well = dict.fromkeys(("company", "left_alone", "isolated", "helped", "heard"), 0)
    result = read(CATALOG["seoul_check5"], well | {"left_alone": 1, "heard": 1})
    assert [(each.score, each.finding) for each in result.scales] == [(1, None), (1, None)]
    said = {item.key: {o.words.en: o.value for o in item.options}["Yes"] for item in CATALOG["seoul_check12"].items}
    assert {key for key, value in said.items() if value == 1} == {"company", "left_alone", "isolated"}


def test_a_yes_to_self_harm_is_found_whatever_the_total_and_leads_to_the_asq() -> None:
    for value in (1, 2, 3):
        found = read(CATALOG["phq9"], {"self_harm": value})
        assert (found.level, found.finding.ask if found.finding else None) == ("high", "asq")
        assert found.finding is not None
        assert found.finding.advice is not None
    declined = read(CATALOG["phq9"], {"self_harm": DECLINED}).finding
    assert declined is not None
    assert (declined.level, declined.ask) == (None, "asq"), "a refusal is no yes, and no zero"


def test_the_two_of_the_phq_lead_on_to_the_nine_from_two_on() -> None:
    assert [f.ask for f in in_order("phq2", 1, 1).findings] == ["phq9"]
    assert [f.ask for f in in_order("phq2", 1, 0).findings] == [None]
    assert [item.key for item in CATALOG["phq9"].items[:2]] == [item.key for item in CATALOG["phq2"].items]


def test_the_direct_question_finds_chronic_loneliness_only_in_often_or_always() -> None:
    found = {value: read(CATALOG["lonely_direct"], {"lonely": value}).finding for value in range(5)}
    assert [value for value, finding in found.items() if finding and finding.name == "chronic"] == [4]


@given(answered())
def test_what_was_not_asked_or_declined_is_never_a_number(drawn: tuple[Instrument, dict[str, Answer]]) -> None:
    instrument, answers = drawn
    for scale, scored in zip(instrument.scales, read(instrument, answers).scales, strict=True):
        numbers = [answers.get(item, DECLINED) for item in scale.items]
        known = [number for number in numbers if number != DECLINED]
        assert scored.score == (sum(known) if len(known) == len(numbers) else None)
        if scored.score is None:
            assert scored.finding is None


@given(answered(), st.data())
def test_a_level_only_rises_as_more_is_answered(
    drawn: tuple[Instrument, dict[str, Answer]], data: st.DataObject
) -> None:
    instrument, answers = drawn
    fewer = {key: answers[key] for key in answers if data.draw(st.booleans())}
    before, after = read(instrument, fewer).level, read(instrument, answers).level
    assert before is None or (after is not None and not lowers(before, after))


@given(st.lists(st.none() | st.sampled_from(["emergency", "urgent", "high", "moderate", "low", "info"]), max_size=4))
def test_the_most_urgent_of_levels_is_lowered_by_none(levels: list[str | None]) -> None:
    worst = most_urgent(*levels)
    assert (worst is None) == (not any(levels))
    assert all(worst is not None and not lowers(level, worst) for level in levels if level)


@given(answered())
def test_answers_that_can_be_chosen_are_never_refused(drawn: tuple[Instrument, dict[str, Answer]]) -> None:
    assert wrong(*drawn) == []


@pytest.mark.parametrize(
    "answers", [{"mood": 4}, {"mood": -1}, {"mood": True}, {"mood": "2"}, {"mood": None}, {"mood": 1.5}, {"joy": 1}]
)
def test_answers_that_cannot_be_chosen_are_refused_with_those_that_can(answers: Mapping[str, object]) -> None:
    ((key, words),) = wrong(CATALOG["phq2"], answers)
    assert key in answers
    assert ("0, 1, 2, 3" in words) or ("interest, mood" in words)


def test_no_instrument_is_there_that_needs_a_license_and_every_one_says_where_it_is_from() -> None:
    assert set(CATALOG) == {
        "asq", "gad7", "lonely_direct", "lsns6", "ons4", "p4", "phq2", "phq9", "seoul_check12", "seoul_check5", "ucla3",
    }  # fmt: skip
    assert all(each.source and each.license and set(each.wording) == {"ko", "en"} for each in CATALOG.values())
    assert all(each.wording["ko"] != "published" for each in CATALOG.values()), "no Korean words are given as official"
    by_a_person = {code for code, each in CATALOG.items() if each.asked_by == "person"}
    assert by_a_person == {"asq", "p4", "phq9"}, "whatever asks about self-harm"


@pytest.mark.parametrize(
    ("line", "instead", "words"),
    [
        ('ask = "phq9"', 'ask = "cssrs"', "no instrument"),
        ("at_least = 2", "at_least = 0", "must rise"),
        ('items = ["interest", "mood"]', 'items = ["interest", "joy"]', "no items"),
        ("value = 3,", "value = 2,", "one value"),
        ('asked_by = "anyone"', 'asked_by = "robot"', "asked_by"),
        ('ko = "own_translation"', 'ko = "official"', "whose words"),
        ('key = "mood"', 'key = "interest"', "one key"),
        ('name = "negative"', 'name = "negative", level = "grave"', "no level"),
        ("version = 1", "", "cannot be read"),
        ("version = 1", "version =", "cannot be read"),
        ("[[scales]]", '[[rules]]\nany = { mood = [7] }\nname = "x"\nko = "x"\nen = "x"\n\n[[scales]]', "answered"),
    ],
)
def test_an_instrument_that_does_not_hold_together_is_refused_at_start(
    tmp_path: Path, line: str, instead: str, words: str
) -> None:
    good = (FOLDER / "phq2.toml").read_text(encoding="utf-8")
    assert line in good
    for name in ("phq9.toml", "asq.toml", "p4.toml"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    (tmp_path / "phq2.toml").write_text(good.replace(line, instead), encoding="utf-8")
    with pytest.raises(BadInstrument, match=words):
        load(tmp_path)
