"""A partner acknowledges what was handed to it, and nobody else does."""

import hashlib
import hmac
from collections.abc import Callable
from uuid import UUID, uuid4

from casework.config import Config, Endpoint
from casework.signing import HEADER
from casework.tables import Dispatch, Milestone, Visit
from tests.casework.conftest import SECRET, House
from tests.casework.partner import Partner

Emergency = Callable[..., tuple[UUID, UUID]]


def signed(body: bytes, house: House, secret: str = SECRET, *, late: int = 0) -> dict[str, str]:
    moment = str(int(house.clock.at.timestamp()) - late)
    mac = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return {HEADER: f"t={moment},v1={mac}"}


def test_a_partner_acknowledges_with_its_own_signature(house: House, partner: Partner, emergency: Emergency) -> None:
    visit_id, dispatch_id = emergency()
    body = b'{"by": "Gangnam desk", "receipt": "G-12"}'
    for path, table, key in (("dispatches", Dispatch, dispatch_id), ("visits", Visit, visit_id)):
        for _ in range(2):
            answer = house.visitor().post(
                f"/api/partner/{path}/{key}/acknowledge", content=body, headers=signed(body, house)
            )
            assert answer.status_code == 200, answer.text
        assert house.row(table, key).acknowledged_by == "Gangnam desk"
    assert len(house.rows(Milestone, Milestone.state == "acknowledged")) == 2


def test_nobody_else_acknowledges_for_a_partner(house: House, partner: Partner, emergency: Emergency) -> None:
    _, dispatch_id = emergency()
    path, ask = f"/api/partner/dispatches/{dispatch_id}/acknowledge", house.visitor()
    good = signed(b"{}", house)[HEADER]
    moment = good.partition(",")[0]
    wrong = [
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        moment,
        "t=,v1=",
        "",
        f"{moment},{good}",
        "t=²,v1=a",
        "v1=a",
    ]
    for header in wrong:
        raw = [(HEADER.encode(), header.encode("latin-1"))]
        assert ask.post(path, content=b"{}", headers=raw).status_code == 403, header
    assert ask.post(path, content=b"{}").status_code == 422
    assert ask.post(path, content=b"{} ", headers=signed(b"{}", house)).status_code == 403
    assert ask.post(path, content=b"{}", headers=signed(b"{}", house, "another secret altogether")).status_code == 403
    assert ask.post(path, content=b"{}", headers=signed(b"{}", house, late=301)).status_code == 403
    for body in (b"{", b"[1]", b'{"acknowledged": false}', b'{"by": "a\\u0000b"}', b"x" * 20_000):
        assert ask.post(path, content=body, headers=signed(body, house)).status_code == 422
    stranger = f"/api/partner/dispatches/{uuid4()}/acknowledge"
    assert ask.post(stranger, content=b"{}", headers=signed(b"{}", house)).status_code == 404
    assert house.row(Dispatch, dispatch_id).acknowledged_at is None


def test_a_partner_acknowledges_only_what_was_handed_to_it(
    house: House, partner: Partner, emergency: Emergency
) -> None:
    theirs = "the field teams' own secret"
    house.configure(Config(endpoints={"119": Endpoint(partner.url, SECRET), "visit": Endpoint(partner.url, theirs)}))
    _, dispatch_id = emergency()
    answer = house.visitor().post(
        f"/api/partner/dispatches/{dispatch_id}/acknowledge", content=b"", headers=signed(b"", house, theirs)
    )
    assert answer.status_code == 403
