"""The documents name what there is: every route with its permission, every setting, command and bench, no dead link."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from app.cli import app as command_line
from app.main import Front, create
from app.settings import Settings, load
from core.staff import PERMISSIONS
from tests.guards.tree import ROOT, files, name_of, text_of
from tests.house import settings

DOCS = ROOT / "docs"
ROW = re.compile(r"^\| ([A-Z]+) \| `([^`]+)` \| (?:`([a-z_.]+)`|(public)\S*.*?) \|", re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Front:
    """The web service, connected to nothing."""
    folder = tmp_path_factory.mktemp("docs")
    made = create(settings("postgresql://nobody@localhost/none", "redis://127.0.0.1:1/0", folder, 18999))
    assert isinstance(made, Front)
    return made


def said_routes() -> dict[tuple[str, str], str]:
    found = ROW.findall(text_of(DOCS / "api.md"))
    return {(method, path): permission or public for method, path, permission, public in found}


def asked(dependant: Any) -> set[str]:
    """Collect the permissions a route asks for, in all its dependencies."""
    found = {getattr(dependant.call, "permission", "")} - {""}
    return found.union(*(asked(inner) for inner in dependant.dependencies))


def served_routes(routes: Any) -> Iterator[tuple[tuple[str, str], set[str]]]:
    for route in routes:
        # The framework nests included routers and joins their parts only when asked.
        for each in route.effective_route_contexts() if hasattr(route, "effective_route_contexts") else [route]:
            if hasattr(each, "dependant"):
                yield from (((method, each.path), asked(each.dependant)) for method in each.methods)


def test_every_route_is_described_with_its_permission(front: Front) -> None:
    served = {route: who for route, who in served_routes(front.app.routes) if not route[1].startswith("/ivr/")}
    assert len(served) > 50
    assert {route: {who} for route, who in said_routes().items()} == served


def test_every_address_of_the_openapi_document_is_described(front: Front) -> None:
    told = text_of(DOCS / "api.md")
    paths: Mapping[str, Any] = front.app.openapi()["paths"]
    assert [path for path in paths if f"`{path}`" not in told] == []


def test_every_permission_is_described() -> None:
    told = set(re.findall(r"[a-z_]+\.[a-z]+|signed_in", text_of(DOCS / "api.md")))
    assert told >= PERMISSIONS


def test_every_setting_is_described_and_there_is_an_example_of_it() -> None:
    names = [name.upper() for name in Settings.model_fields]
    for path in (DOCS / "configuration.md", ROOT / ".env.example"):
        assert [name for name in names if not re.search(rf"\b{name}\b", text_of(path))] == []
    rows = re.findall(r"^\| `([A-Z_]+)` \|", text_of(DOCS / "configuration.md"), re.MULTILINE)
    assert sorted(set(rows) & set(names)) == sorted(names)


def test_the_described_defaults_are_the_real_ones() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|[^\n]*\|([^|\n]*)\|$", text_of(DOCS / "configuration.md"), re.MULTILINE)
    said = {name.lower(): cell.strip() for name, cell in rows if name.lower() in Settings.model_fields}
    real = {name: written(field) for name, field in Settings.model_fields.items()}
    assert said == real


def written(field: Any) -> str:
    """Write a default as the table does."""
    if field.is_required():
        return "(must be set)"
    value = field.default
    if isinstance(value, dict):
        value = ",".join(f"{name}={each}" for name, each in value.items())
    return "" if value in {None, ""} else f"`{value}`"


def test_the_example_has_no_secrets_and_is_refused_until_it_is_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    example = text_of(ROOT / ".env.example")
    secret = re.compile(r"^#?\s*(\w*(?:TOKEN|KEYS?|SECRET|PASSWORD)\w*)=(.+)$", re.MULTILINE)
    assert secret.findall(example) == []
    commented = tmp_path / ".env"
    commented.write_text(re.sub(r"(?m)^#(?=[A-Z_]+=)", "", example), encoding="utf-8")
    key = "dGVzdHRlc3R0ZXN0dGVzdHRlc3R0ZXN0dGVzdHRlc3Q="
    secrets = {"twilio_auth_token": "t", "data_keys": {"k1": key}, "fingerprint_key": key, "partner_secret": "p" * 32}
    assert load(commented, **secrets).helpline_number


def test_every_command_is_described() -> None:
    commands: Mapping[str, Any] = getattr(get_command(command_line), "commands", {})
    told = text_of(DOCS / "operations.md")
    assert commands
    assert [name for name in commands if f"`goodbye120 {name}" not in told] == []


def test_every_bench_is_described() -> None:
    told = " ".join(text_of(DOCS / "performance.md").split())
    trees = {path.stem: ast.parse(text_of(path)) for path in (ROOT / "bench").glob("*.py")}
    runs = [n for n, tree in trees.items() if any("__main__" in ast.unparse(node) for node in tree.body)]
    assert runs
    assert [name for name in runs if f"script/bench {name}" not in told] == []


@pytest.mark.parametrize("path", [path for path in files() if path.suffix == ".md"], ids=name_of)
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    links = [link.partition("#") for link in LINK.findall(text_of(path)) if "://" not in link]
    dead = [name for name, _, _ in links if name and not (path.parent / name).exists()]
    heads = {slug(head) for head in re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)}
    lost = [place for name, _, place in links if not name and place not in heads]
    assert dead + lost == []


def slug(head: str) -> str:
    """Name a heading as code hosts do."""
    return re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-")


def test_decisions_are_numbered_without_a_gap_and_listed() -> None:
    pages = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(name[:4]) for name in pages] == list(range(1, len(pages) + 1))
    told = text_of(DOCS / "decisions" / "README.md")
    assert [name for name in pages if f"({name})" not in told] == []
    for name in pages:
        heads = re.findall(r"^## (\w+)", text_of(DOCS / "decisions" / name), re.MULTILINE)
        assert heads == ["Context", "Decision", "Consequences", "Alternatives"], name
