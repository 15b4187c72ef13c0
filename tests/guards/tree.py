"""The project's own files, as they are or would be committed, for the guards to read."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Without git: folders that .gitignore names; and hidden ones, which are caches, apart from .ci.
UNCOMMITTED = {"var", "node_modules", "dist", "__pycache__"}


@cache
def files() -> tuple[Path, ...]:
    """List every file that git has or would add; without git, every file outside the folders it ignores."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not any(map(_is_left_out, path.relative_to(ROOT).parts[:-1]))]
    return tuple(sorted({path for path in found if path.is_file()}))


def _is_left_out(folder: str) -> bool:
    return folder in UNCOMMITTED or (folder.startswith(".") and folder != ".ci")


@cache
def python_files() -> tuple[Path, ...]:
    """List the Python files among them."""
    return tuple(path for path in files() if path.suffix == ".py")


@cache
def parsed(path: Path) -> ast.Module:
    """Give a Python file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def name_of(path: Path) -> str:
    """Give a file's path inside the project, for messages."""
    return path.relative_to(ROOT).as_posix()


def packages() -> tuple[Path, ...]:
    """List the top rooms of the house: folders at the root with an __init__.py, tests excepted."""
    return tuple(path.parent for path in python_files() if path.name == "__init__.py" and path.parents[1] == ROOT)


def text_of(path: Path) -> str:
    """Give a file's text; empty for one that is not text (a sound, a picture)."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
