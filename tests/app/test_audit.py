"""The chains through the whole house: signed by the product, linked by the relay, looked through by the command."""

import logging

import pytest
from sqlalchemy import func, select, text
from typer.testing import CliRunner

from app import cli
from core.access_log import AccessEntry
from core.audit import AuditEntry
from tests.house import CALL, House, form, relaying, waited_for


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli.app, ["audit", "verify", *arguments])
    return done.exit_code, done.output


def unlinked(house: House) -> int:
    with house.world.sessions() as tx:
        waiting = [select(func.count()).where(table.n.is_(None)) for table in (AuditEntry, AccessEntry)]
        return sum(tx.scalar(each) or 0 for each in waiting)


def test_what_the_house_wrote_down_is_verified_and_what_somebody_changed_is_told(
    house: House, environment: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert run() == (
        0,
        "audit_entry:0: as it was written, 0 not linked yet\naccess_entry:0: as it was written, 0 not linked yet\n",
    )
    assert house.webhook("/ivr/voice", form()).status_code == 200
    sun = house.sign_in("sun")
    (listed,) = sun.get("/api/contacts?view=recent").json()
    assert sun.get(f"/api/contacts/{listed['id']}").status_code == 200
    assert sun.post(f"/api/contacts/{listed['id']}/reveal", json={"reason": "calling back"}).status_code == 200
    assert sun.put("/api/mode", json={"kind": "closed", "reason": "all is well", "version": 0}).status_code == 200
    with relaying(house.world, tally_pause=0.05):
        waited_for(lambda: unlinked(house) == 0)
    code, told = run()
    assert code == 0, told
    heads = [line.split(" ")[0] for line in told.splitlines()]
    assert [head.rsplit(":", 1)[0] for head in heads] == ["audit_entry:1", "access_entry:3"]
    assert [record.getMessage() for record in caplog.records if record.getMessage() in heads], "a head is in the log"
    noted = [word for head in heads for word in ("--head", head)]
    assert run(*noted)[0] == 0
    with house.world.sessions.begin() as tx:
        tx.execute(text("delete from access_entry where n = 3"))
        tx.execute(text("update audit_entry set reason = 'because'"))
    code, told = run(*noted)
    assert (code, "audit_entry 1 (" in told, "access_entry 3: it was there" in told) == (1, True, True), told
    assert run("--head", "nonsense")[0] == run("--head", "staff:1:ab")[0] == 2
    assert CALL not in told
