"""What may stand in the project's files: no place that is not public, no vague names, one clock, no mocks."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.guards.tree import ROOT, files, name_of, packages, parsed, python_files, text_of

# The hosts are put together here so that this file does not name them either.
HOSTS = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "crates" + ".io",
    "deb.debian" + ".org",
]
PLACES = re.compile(r"(?<![\w.\-~}])/(?:work|root|home)/")
VAGUE = {"util", "utils", "helper", "helpers", "manager", "managers"}
MAY_READ_A_CLOCK = {"app", "simulator", "tests", "bench", "script"}
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}


def names_in(path: Path) -> Iterator[str]:
    yield path.stem
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_no_file_names_a_package_registry() -> None:
    named = {name_of(path): host for path in files() for host in HOSTS if host in text_of(path)}
    assert named == {}


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    named = {name_of(path): found[0] for path in files() if (found := PLACES.search(text_of(path)))}
    assert named == {}


def test_no_name_is_vague() -> None:
    vague = {f"{name_of(path)}:{name}" for path in python_files() for name in names_in(path) if words(name) & VAGUE}
    assert vague == set()


def test_spelling_is_american() -> None:
    british = re.compile("counsel" + "lor|Counsel" + "lor")
    assert [name_of(path) for path in files() if british.search(text_of(path))] == []


def test_every_room_says_what_it_does_not_know() -> None:
    silent = []
    for room in packages():
        said = ast.get_docstring(parsed(room / "__init__.py")) or ""
        if not re.search(r"\b(nothing|not|never|none|no)\b", said, re.IGNORECASE):
            silent.append(room.name)
    assert silent == []


def clock_readings(path: Path) -> Iterator[str]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Attribute) and (ast.unparse(node.value).split(".")[-1], node.attr) in CLOCKS:
            yield f"{name_of(path)}:{node.lineno}"


def test_only_the_composition_root_reads_the_clock() -> None:
    others = [path for path in python_files() if path.relative_to(ROOT).parts[0] not in MAY_READ_A_CLOCK]
    assert [reading for path in others for reading in clock_readings(path)] == []


def test_nothing_is_mocked() -> None:
    mocked = []
    for path in python_files():
        for node in ast.walk(parsed(path)):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
            if {"mock", "unittest.mock"} & set(modules):
                mocked.append(name_of(path))
    assert mocked == []


def test_every_table_is_a_word_of_the_glossary() -> None:
    known = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").lower()
    unknown = []
    for path in python_files():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.ClassDef) and "__tablename__" in ast.unparse(node):
                spoken = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", node.name).lower()
                if spoken not in known and spoken.replace(" ", "") not in known:
                    unknown.append(f"{name_of(path)}:{node.name}")
    assert unknown == []
