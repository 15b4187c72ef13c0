"""Nobody comes in by a door that does not say for whom it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from app.main import Front, create
from core.staff import PERMISSIONS, ROLES
from ivr.webhooks import ANSWERS
from tests.house import House, settings

OPEN_TO_ALL = {
    ("POST", "/api/session"): "nobody is signed in yet",
    ("GET", "/health"): "a load balancer asks",
    ("GET", "/health/ready"): "a load balancer asks",
    ("GET", "/sign-in"): "nobody is signed in yet",
    ("POST", "/sign-in"): "nobody is signed in yet",
    ("GET", "/assets/{name}"): "what pages are made of, the door among them",
    ("GET", "/ivr/sounds/{name}.wav"): "the provider fetches them, and they are no secret",
    ("POST", "/api/partner/visits/{visit_id}/acknowledge"): "the partner's signature is checked instead",
    ("POST", "/api/partner/dispatches/{dispatch_id}/acknowledge"): "the partner's signature is checked instead",
}
"""Every door without a permission, and why."""
DOCUMENT = "/openapi.json"
NOWHERE = "00000000-0000-0000-0000-000000000000"


def application() -> FastAPI:
    """Build the whole application as it runs; nothing is connected before it is used."""
    front = create(settings("postgresql://nobody@127.0.0.1:9/none", "redis://127.0.0.1:9", Path("unused"), 9))
    assert isinstance(front, Front)
    return front.app


APP = application()
ROUTES = [each for each in iter_route_contexts(APP.routes) if each.path != DOCUMENT]


def doors() -> Iterator[tuple[str, str, RouteContext]]:
    for route in ROUTES:
        for method in sorted(route.methods or ()):
            yield method, str(route.path), route


def permissions(dependant: Any) -> set[str]:
    """Collect what a route asks for, in all its dependencies."""
    found = {getattr(dependant.call, "permission", "")} - {""}
    return found.union(*(permissions(inner) for inner in dependant.dependencies))


def test_there_is_no_door_but_routes_with_dependencies() -> None:
    strange = [route for route in ROUTES if not isinstance(route.original_route, APIRoute)]
    assert [(route.path, type(route.original_route)) for route in strange] == []
    assert len(ROUTES) > 50


@pytest.mark.parametrize(
    ("method", "path", "route"), list(doors()), ids=lambda part: part if isinstance(part, str) else ""
)
def test_every_door_says_for_whom_it_is(method: str, path: str, route: RouteContext) -> None:
    asked = permissions(route.dependant)
    assert len(asked) == 1, f"exactly one permission (or public), not {sorted(asked)}"
    assert asked <= PERMISSIONS | {"public"}
    assert ("public" in asked) == ((method, path) in OPEN_TO_ALL)


def test_what_is_open_to_all_is_there_and_has_a_reason() -> None:
    there = {(method, path) for method, path, _ in doors()}
    assert there >= set(OPEN_TO_ALL)


def test_every_permission_a_door_asks_for_is_held_by_a_role_and_every_role_opens_a_door() -> None:
    asked = set().union(*(permissions(route.dependant) for route in ROUTES)) - {"public", "signed_in"}
    assert asked <= frozenset().union(*ROLES.values())
    assert [role for role, held in ROLES.items() if not held & asked] == []


def test_no_two_doors_have_the_same_address() -> None:
    addresses = [(method, path) for method, path, _ in doors()]
    assert len(addresses) == len(set(addresses))
    assert not set(ANSWERS) & {path for _, path in addresses}, "the webhooks would hide it"


def test_nobody_gets_past_a_door_without_a_session_or_with_a_false_one(house: House) -> None:
    closed = [(method, path) for method, path, _ in doors() if (method, path) not in OPEN_TO_ALL]
    for method, path in closed:
        address = house.url + _filled(path)
        for headers in ({}, {"Authorization": "Bearer stolen"}):
            reply = house.provider.request(method, address, json={}, headers=headers)
            assert reply.status_code == 401, f"{method} {path}"
            assert reply.headers["content-type"] == "application/problem+json"


def _filled(path: str) -> str:
    """Fill an address with ids that nothing has."""
    parts = (NOWHERE if part.startswith("{") else part for part in path.split("/"))
    return "/".join(parts)


def test_the_description_names_every_door_and_every_webhook() -> None:
    paths = APP.openapi()["paths"]
    hidden = {("GET", "/ivr/sounds/{name}.wav")}
    for method, path, route in doors():
        if (method, path) not in hidden:
            assert method.lower() in paths[str(route.path_format)], path
    for path in ANSWERS:
        assert set(paths[path]) == {"get", "post"}, path
        for told in paths[path].values():
            assert {"200", "403", "413", "415", "422"} <= set(told["responses"])
            assert told["summary"].endswith("."), path
