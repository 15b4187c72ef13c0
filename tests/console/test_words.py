"""Pages speak both languages, and offer just the choices that the form knows."""

import re
from collections.abc import Iterable
from typing import Any, get_args

import pytest

from casework import form
from casework.policy.reporting import AGE_BANDS, MEASURES, UNKNOWN
from casework.policy.states import DISPATCH, VISIT
from casework.policy.triage import Level
from casework.service.later import Because
from console import dispatches, field, reports
from console.pages import HERE, ROOMS
from console.words import LANGUAGES, catalog, words
from routing.policy import ACTIVITIES


def test_everything_is_said_in_every_language() -> None:
    assert len(catalog()) > 80
    for key, both in catalog().items():
        assert set(both) == set(LANGUAGES), key
        assert all(said.strip() for said in both.values()), key


@pytest.mark.parametrize(
    ("prefix", "choices"),
    [
        ("relation", get_args(form.Relation)),
        ("topic", get_args(form.Topic)),
        ("outcome", get_args(form.Outcome)),
        ("outcome_class", get_args(form.OutcomeClass)),
        ("level", get_args(Level)),
        ("agency", get_args(form.Agency)),
        ("confidence", get_args(form.Confidence)),
        ("place_source", get_args(form.PlaceSource)),
        ("visit_state", VISIT.open),
        ("visit_step", {step for steps in field.NEXT.values() for step in steps}),
        ("dispatch_step", dispatches.STEPS),
        ("step", DISPATCH.states - {"drafted"}),
        ("activity", ACTIVITIES),
        ("sex", get_args(form.Sex)),
        ("age_band", set(AGE_BANDS) - {UNKNOWN}),
        ("measure", {measure for each in reports.STACKED for measure in MEASURES[each]}),
        ("because", get_args(Because)),
    ],
)
def test_a_list_offers_every_choice_and_no_other(prefix: str, choices: Iterable[Any]) -> None:
    assert set(words("ko").under(prefix)) == set(choices)


def test_nothing_in_the_catalog_is_unused_and_nothing_that_is_used_is_missing() -> None:
    files = "".join(path.read_text() for path in (HERE / "templates").iterdir())
    said = set(re.findall(r'say\("([a-z_]+)"\)', files)) | set(re.findall(r'"([a-z_]+)"', files))
    said |= {name for _, _, name in ROOMS}
    plain = {key for key in catalog() if "." not in key}
    assert plain <= said
    assert set(re.findall(r'say\("([a-z_]+)"\)', files)) <= plain


def test_a_language_that_is_none_of_ours_is_korean() -> None:
    assert words("xx").language == words("").language == "ko"
    with pytest.raises(KeyError):
        words("ko")("no such key")
