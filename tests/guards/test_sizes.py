"""Small files, small functions, and a sentence at the head of each module."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.guards.tree import name_of, parsed, python_files

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_ARGUMENTS = 6

Function = ast.FunctionDef | ast.AsyncFunctionDef


def measured() -> list[Path]:
    # A migration is a list that alembic writes; what was applied is never split afterwards.
    return [path for path in python_files() if path.parts[-2] != "versions"]


def functions() -> Iterator[tuple[Path, Function]]:
    for path in measured():
        for node in ast.walk(parsed(path)):
            if isinstance(node, Function):
                yield path, node


def length(node: Function) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def argument_count(node: Function) -> int:
    names = [each.arg for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def test_no_file_is_longer_than_300_lines() -> None:
    sizes = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in measured()}
    assert {name: size for name, size in sizes.items() if size > LONGEST_FILE} == {}


def test_no_function_is_longer_than_40_lines() -> None:
    long = {
        f"{name_of(path)}:{node.name}": length(node) for path, node in functions() if length(node) > LONGEST_FUNCTION
    }
    assert long == {}


def test_no_function_takes_more_than_6_arguments() -> None:
    # Tests and routes are given what they ask for by name, not by position: there each argument is a wish.
    counted = [
        (path, node) for path, node in functions() if "tests" not in path.parts and "migrations" not in path.parts
    ]
    many = {f"{name_of(path)}:{node.name}": argument_count(node) for path, node in counted}
    assert {name: count for name, count in many.items() if count > MOST_ARGUMENTS} == {}


def test_every_module_begins_with_a_sentence() -> None:
    bare = [name_of(path) for path in python_files() if not (ast.get_docstring(parsed(path)) or "").strip()]
    assert bare == []
