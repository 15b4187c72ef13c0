"""What the index holds and answers, as values."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from routing.policy import millis


@dataclass(frozen=True, slots=True)
class Place:
    """A contact as the index holds it; times in ms, `member` orders contacts that entered in the same ms."""

    state: str
    klass: str
    language: str
    score: int
    seq: int
    version: int
    offer: str | None = None
    seat: str | None = None
    deadline: int | None = None
    apart: dict[str, list[int]] | None = None
    need: str = "any"
    first: str | None = None
    """The counselor they are kept for ..."""
    until: int | None = None
    """... and for how long."""

    @property
    def line(self) -> str:
        """Name the line it stands in: class, language and need, and whom it is kept for."""
        return f"{self.klass}:{self.language}:{self.need}" + (f"@{self.first}" if self.first else "")

    def record(self, contact_id: UUID) -> dict[str, Any]:
        """Give the record that the scripts read."""
        record: dict[str, Any] = {
            "state": self.state, "line": self.line, "score": self.score,
            "member": f"{self.seq:016d}:{contact_id}", "version": self.version, "apart": self.apart or {},
        }  # fmt: skip
        more = {
            "offer": self.offer, "seat": self.seat, "deadline": self.deadline, "first": self.first,
            "until": self.until,
        }  # fmt: skip
        return record | {name: value for name, value in more.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Sitter:
    """Who sits at a seat: whether they can be rung, and from when on they are asked in their turn; None: as before."""

    softphone: bool | None = None
    asked_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeatNow:
    """A seat as the index holds it."""

    activity: str
    state: str
    idle_since: datetime
    groups: tuple[str, ...]
    """By what it is found: languages, and skills in each of them."""
    next_activity: str | None = None
    contact_id: UUID | None = None
    offer_id: UUID | None = None
    wrap_until: datetime | None = None
    softphone: bool = True
    unanswered: int = 0
    asked_from: datetime | None = None

    @property
    def open(self) -> bool:
        """Tell whether it can take a caller."""
        return self.activity == "available" and self.state == "idle" and self.softphone

    def record(self) -> dict[str, Any]:
        """Give the record that the scripts read."""
        record: dict[str, Any] = {"activity": self.activity, "state": self.state, "groups": ",".join(self.groups)}
        record["idle_since"] = millis(self.idle_since)
        more = {
            "next": self.next_activity,
            "contact": str(self.contact_id) if self.contact_id else None,
            "offer": str(self.offer_id) if self.offer_id else None,
            "wrap_until": millis(self.wrap_until) if self.wrap_until else None,
            "softphone": None if self.softphone else False,
            "unanswered": self.unanswered or None,
            "asked_from": millis(self.asked_from) if self.asked_from else None,
        }
        return record | {name: value for name, value in more.items() if value is not None}


def read_seat(raw: bytes) -> SeatNow:
    """Read a seat's record."""
    record = orjson.loads(raw)
    return SeatNow(
        record["activity"],
        record["state"],
        moment(record["idle_since"]),
        tuple(record["groups"].split(",")),
        record.get("next"),
        UUID(record["contact"]) if "contact" in record else None,
        UUID(record["offer"]) if "offer" in record else None,
        moment(record["wrap_until"]) if "wrap_until" in record else None,
        record.get("softphone", True),
        record.get("unanswered", 0),
        moment(record["asked_from"]) if "asked_from" in record else None,
    )


def moment(ms: float) -> datetime:
    """Read a moment as the index writes it."""
    return datetime.fromtimestamp(ms / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Claim:
    """A caller and a seat taken together, for an offer that the database has yet to know of."""

    offer_id: UUID
    contact_id: UUID
    counselor_id: UUID
    epoch: int
    idle_since: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """What has come due: contacts whose offer is over, seats whose wrap-up or lease is; and how many wait.

    `holds` are contacts that were kept for one counselor for long enough.
    """

    offers: tuple[UUID, ...]
    wraps: tuple[UUID, ...]
    leases: tuple[UUID, ...]
    holds: tuple[UUID, ...]
    waiting: int
    nobody_since: datetime | None

    @property
    def anything(self) -> bool:
        """Tell whether there is anything to do."""
        return bool(self.offers or self.wraps or self.leases or self.holds)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a contact's wait stands: in which class, among how many, and who is there for them."""

    klass: str
    size: int
    staffed: int
    """Counselors on shift who speak the caller's language, busy ones too."""
    lost: int
    """Desks that fell silent while they were on shift; counted where nobody is staffed."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a waiting contact may be told: `place` 1 is next; None means it is not known, which is an answer too.

    `seconds` are expected from now on, four of five waits end `within`, `waited` have passed; `seats` may take them.
    """

    state: str | None = None
    place: int | None = None
    seconds: int | None = None
    within: int | None = None
    waited: int = 0
    seats: int = 0
    standing: Standing | None = None
    """Of a contact that waits and is offered to nobody just now."""

    @property
    def connecting(self) -> bool:
        """Tell whether a counselor has accepted."""
        return self.state == "connecting"
