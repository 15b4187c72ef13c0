"""Who looked is kept for its own time, and what is left of the log is proven whole."""

from collections.abc import Callable
from typing import Any

from casework.tables import Destruction, RevealReview
from core import chain, expiry
from core.access_log import AccessEntry
from core.audit import AuditEntry
from tests.casework.conftest import House
from tests.casework.test_privacy import finalized, look

Fill = Callable[..., dict[str, Any]]


def test_looks_go_by_their_own_time_with_their_reviews_and_the_rest_is_proven_whole(house: House, form: Fill) -> None:
    contact = finalized(house, form())
    path = f"/api/contacts/{contact.id}"
    assert house.desk("counselor").post(f"{path}/reveal", json={"reason": "to be sure"}).status_code == 200
    (entry,) = house.rows(AccessEntry, AccessEntry.action == "reveal")
    said = house.desk("supervisor").post(f"/api/reveals/{entry.id}/review", json={"verdict": "justified"})
    assert said.status_code == 200
    house.clock.forward(days=2 * 365)
    house.desk("supervisor", name="later").get(path)
    with house.sessions.begin() as tx:
        for table in (AuditEntry, AccessEntry):
            chain.link(tx, table)
    house.clock.forward(days=2 * 365)
    look(house)
    (kept,) = house.rows(AccessEntry)
    assert kept.actor_id == house.person("supervisor", name="later").id
    assert house.rows(RevealReview) == []
    (gone,) = house.rows(Destruction, Destruction.kind == "access")
    assert (gone.object_id, gone.number) == (str(kept.n - 1), kept.n - 1)
    with house.sessions() as tx:
        for table in (AuditEntry, AccessEntry):
            assert chain.verify(tx, table, begin=expiry.beginning(tx, table)).faults == []
