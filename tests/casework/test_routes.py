"""Every route of casework says whose it is, and every machine's moves hold over HTTP."""

from typing import Any

from fastapi.routing import APIRoute

from casework.routes import PARTS
from core.staff import PERMISSIONS
from tests.casework.conftest import House


def guards(dependant: Any) -> set[str]:
    """Collect the permissions a route asks for, in all its dependencies."""
    found = {getattr(dependant.call, "permission", "")} - {""}
    return found.union(*(guards(inner) for inner in dependant.dependencies))


ROUTES = [route for part in PARTS for route in part.routes if isinstance(route, APIRoute)]


def test_every_route_declares_one_permission() -> None:
    assert len(ROUTES) > 30
    for route in ROUTES:
        asked = guards(route.dependant)
        assert len(asked) == 1, route.path
        assert asked <= PERMISSIONS | {"public"}
        assert ("public" in asked) == route.path.startswith("/partner/")


def test_nobody_gets_in_without_a_session(house: House) -> None:
    visitor, nowhere = house.visitor(), "00000000-0000-0000-0000-000000000000"
    for route in ROUTES:
        if not route.path.startswith("/partner/"):
            path = "/api" + route.path
            for name in route.param_convertors:
                path = path.replace("{" + name + "}", nowhere)
            method = min(route.methods or {"GET"})
            assert visitor.request(method, path, json={}).status_code == 401, route.path


def test_the_description_of_the_api_can_be_written(house: House) -> None:
    paths = house.app.openapi()["paths"]
    assert "/api/contacts/{contact_id}/finalize" in paths
    assert "requestBody" in paths["/api/partner/visits/{visit_id}/acknowledge"]["post"]


def test_districts_are_there_without_anybody_loading_them(house: House) -> None:
    from sqlalchemy import delete

    from casework.tables import District

    with house.sessions.begin() as tx:
        tx.execute(delete(District))
    listed = house.desk("field").get("/api/districts").json()
    assert len(listed) == 25
    assert {"code": "11680", "name_ko": "강남구", "name_en": "Gangnam-gu"} in listed
