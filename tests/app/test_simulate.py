"""`goodbye120 simulate` prints what it played, the same for the same seed, and refuses what it cannot play."""

import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import app
from app.simulation.words import FIGURES
from routing.simulation import POLICIES
from routing.simulation.reading import FILE

SMALL = ["--days", "1", "--replications", "2", "--policy", "ours", "--policy", "no_callbacks"]


def said(*options: str) -> str:
    done = CliRunner().invoke(app, ["simulate", *options])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_table_has_every_policy_and_figure_in_both_languages_and_what_is_assumed() -> None:
    text = said(*SMALL)
    for figure in FIGURES.values():
        assert figure.korean in text
        assert figure.english in text
    for name in ("ours", "no_callbacks"):
        assert f"{POLICIES[name].korean} · {POLICIES[name].english}" in text
    assert "Assumed (as of " in text
    assert "mass_event" not in text
    assert "something terrible" in said(*SMALL, "--burst", "mass_event")


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
def test_the_same_seed_gives_the_same_bytes(form: list[str], tmp_path: Path) -> None:
    first, second = tmp_path / "first.svg", tmp_path / "second.svg"
    assert said(*SMALL, *form, "--plot", str(first)) == said(*SMALL, *form, "--plot", str(second))
    assert first.read_bytes() == second.read_bytes()


def test_json_and_csv_say_the_same() -> None:
    made = json.loads(said(*SMALL, "--json"))
    lines = list(csv.DictReader(io.StringIO(said(*SMALL, "--csv"))))
    assert [row["policy"] for row in made["policies"]] == ["ours", "no_callbacks"]
    for row in made["policies"]:
        for name, figure in row["figures"].items():
            line = next(each for each in lines if (each["policy"], each["figure"]) == (row["policy"], name))
            assert line["mean"] == ("" if figure is None else str(figure["mean"]))
    assert set(FIGURES) <= {line["figure"] for line in lines}
    assert len(made["hours_of_the_day"]["offered"]) == 24


def test_the_drawing_names_every_policy_and_asks_for_nothing_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "week.svg"
    said(*SMALL, "--plot", str(path))
    texts = {each.text for each in ET.parse(path).iter()}  # noqa: S314 - our own
    assert {"현행", "ours", "회신 없음", "no call-backs"} <= texts
    assert "http" not in path.read_text(encoding="utf-8").replace('xmlns="http://www.w3.org/2000/svg"', "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--days", "0"], "whole number from 1 to 28"),
        (["--days", "a week"], "whole number"),
        (["--replications", "201"], "from 1 to 200"),
        (["--counselors", "-1"], "from 1 to 200"),
        (["--seed", "1.5"], "whole number"),
        (["--load", "much"], "a number from 0.05 to 10"),
        (["--load", "nan"], "a number from 0.05 to 10"),
        (["--policy", "mine"], "write one of ours, first_come"),
        (["--burst", "flood"], "knows no 'flood', only holiday_evening"),
        (["--week", "no-such-week.toml"], "No such file"),
        (["--plot", "week.png"], "ends in .svg"),
        (["--plot", "no/such/folder/week.svg"], "a folder that there is"),
        (["--json", "--csv"], "not allowed with"),
        (["--weeks", "3"], "unrecognized arguments"),
        (["week"], "unrecognized arguments"),
    ],
)
def test_what_cannot_be_played_is_refused_with_words_that_say_what_to_write(options: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["simulate", *options])
    assert done.exit_code == 2
    assert words in done.stderr


def test_a_week_of_ones_own_is_played(tmp_path: Path) -> None:
    own, words = tmp_path / "own.toml", FILE.read_text(encoding="utf-8")
    own.write_text(words.replace("calls_per_day = 120.5", "calls_per_day = 24"), encoding="utf-8")
    played = json.loads(said(*SMALL, "--json", "--week", str(own)))
    assert 10 < sum(played["hours_of_the_day"]["offered"]) < 60


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("calls_per_day = 120.5", "calls_per_day = -1", "above 0"),
        ("calls_per_day = 120.5", "calls_per_day = ", "no TOML"),
        ("even = [[", "odd = [[", "knows no 'even'"),
    ],
)
def test_a_week_that_cannot_be_played_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    done = CliRunner().invoke(app, ["simulate", *SMALL, "--week", str(own)])
    assert done.exit_code == 2
    assert words in done.stderr


def test_one_week_has_no_interval_and_says_so() -> None:
    made = json.loads(said("--days", "1", "--replications", "1", "--policy", "ours", "--json"))
    assert made["policies"][0]["figures"]["service_level_strict"]["half"] is None
    assert "±" not in said("--days", "1", "--replications", "1", "--policy", "ours")


def test_help_lists_the_options() -> None:
    assert "--replications" in said("--help")
