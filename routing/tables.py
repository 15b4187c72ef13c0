"""The queue's truth: who waits, what was offered, who sits where, and everything that ever happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Json, Moment, Words

LIVE = ("waiting", "offered", "connecting", "connected")
"""The states of an entry that has not ended."""
LIVE_OFFER = ("pending", "accepted", "connected")
_LIVE_OFFER_SQL = text("state in ('pending', 'accepted', 'connected')")


class QueueEntry(Base):
    """One contact's stay in a queue: `waiting -> offered -> connecting -> connected -> completed`, or how it left.

    Place is (priority class, entered_at, seq) and never changes but for a raise to danger. Each change adds one to
    `version`, which the index takes over: it refuses a change that comes later than a newer one.
    """

    __tablename__ = "routing_queue_entry"
    __table_args__ = (
        Index(
            "ix_routing_queue_entry_live",
            "seq",
            postgresql_where=text("state in ('waiting', 'offered', 'connecting', 'connected')"),
        ),
        Index("ix_routing_queue_entry_entered", "entered_at"),
        Index(
            "ix_routing_queue_entry_kept",
            "preferred_id",
            postgresql_where=text("state = 'waiting' and preferred_id is not null"),
        ),
    )

    contact_id: Mapped[UUID] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(String(40))
    priority: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(8))
    provider_ref: Mapped[str] = mapped_column(String(64))
    entered_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(24))
    seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    version: Mapped[int] = mapped_column(default=0, server_default="0")
    admitted_at: Mapped[datetime | None] = mapped_column(Moment)
    connected_at: Mapped[datetime | None] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)
    hints: Mapped[list[str]] = mapped_column(Json, default=list, server_default=text("'[]'::jsonb"))
    """What whoever is offered this caller should know first, such as `cannot_speak`."""
    apart: Mapped[dict[str, list[int]]] = mapped_column(Json, default=dict, server_default=text("'{}'::jsonb"))
    """Counselor to [not before, rather not before], in ms: who let this caller pass, for how long."""
    only_id: Mapped[UUID | None]
    """The one counselor it is held out to: not taken by them, it leaves the queue."""
    need: Mapped[str] = mapped_column(String(16), default="any", server_default="any")
    """What the caller needs besides their language: `any`, or a need that routing/data/needs.toml has steps for."""
    preferred_id: Mapped[UUID | None]
    """The counselor it is kept for ..."""
    preferred_until: Mapped[datetime | None] = mapped_column(Moment)
    """... until then, or until they have not taken it; then it is anybody's."""


class Offer(Base):
    """One waiting caller held out to one counselor; the database itself allows one live offer for each of them."""

    __tablename__ = "routing_offer"
    __table_args__ = (
        Index("uq_routing_offer_live_contact", "contact_id", unique=True, postgresql_where=_LIVE_OFFER_SQL),
        Index("uq_routing_offer_live_counselor", "counselor_id", unique=True, postgresql_where=_LIVE_OFFER_SQL),
        Index("ix_routing_offer_contact", "contact_id", "offered_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contact_id: Mapped[UUID]
    counselor_id: Mapped[UUID]
    counselor_login: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12))
    epoch: Mapped[int]
    why: Mapped[str] = mapped_column(Words)
    offered_at: Mapped[datetime] = mapped_column(Moment)
    deadline: Mapped[datetime] = mapped_column(Moment)
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    connected_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str | None] = mapped_column(Words)


class Seat(Base):
    """A counselor's desk: the activity they chose, and the state the machine keeps."""

    __tablename__ = "routing_seat"

    counselor_id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(60))
    languages: Mapped[list[str]] = mapped_column(Json)
    skills: Mapped[list[str]] = mapped_column(Json, default=list, server_default=text("'[]'::jsonb"))
    activity: Mapped[str] = mapped_column(String(16), default="offline", server_default="offline")
    next_activity: Mapped[str | None] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="idle", server_default="idle")
    idle_since: Mapped[datetime] = mapped_column(Moment)
    wrap_until: Mapped[datetime | None] = mapped_column(Moment)
    contact_id: Mapped[UUID | None]
    """The contact it is busy with; kept through the wrap-up."""
    changed_at: Mapped[datetime] = mapped_column(Moment)
    softphone: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """Whether the counselor can be rung, as far as their desk knows; without it they are offered nobody."""
    unanswered: Mapped[int] = mapped_column(default=0, server_default="0")
    """Offers in a row that ran out with no word of theirs."""
    busy: Mapped[list[list[int]]] = mapped_column(Json, default=list, server_default=text("'[]'::jsonb"))
    """[since, until] in ms: when the counselor talked and wrote, of late."""
    working_since: Mapped[datetime | None] = mapped_column(Moment)
    """When they were last back from a break."""
    asked_from: Mapped[datetime | None] = mapped_column(Moment)
    """Before this, they are asked only where nobody else is free ..."""
    asked_because: Mapped[str | None] = mapped_column(String(8))
    """... for their `break` is due, or they are over the `cap`."""


class RoutingEvent(Base):
    """One thing that happened; rows are only ever added, and every metric is a fold over them."""

    __tablename__ = "routing_event"
    __table_args__ = (
        Index("ix_routing_event_queue", "queue", "at"),
        Index("ix_routing_event_contact", "contact_id", "n"),
        Index("ix_routing_event_counselor", "at", postgresql_where=text("counselor_id is not null")),
        Index("ix_routing_event_untallied", "n", postgresql_where=text("not tallied and contact_id is not null")),
    )

    n: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(24))
    queue: Mapped[str | None] = mapped_column(String(40))
    contact_id: Mapped[UUID | None]
    offer_id: Mapped[UUID | None]
    counselor_id: Mapped[UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(Json)
    tallied: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    """Whether the kept tallies have it in them: the one thing that changes in a row."""


class BoardEpoch(Base):
    """How often a site's index was rebuilt: an offer of an earlier epoch counts no more."""

    __tablename__ = "routing_board"

    site: Mapped[str] = mapped_column(String(40), primary_key=True)
    epoch: Mapped[int]
    rebuilt_at: Mapped[datetime] = mapped_column(Moment)
    mended: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """How many differences the reconciler has mended since the beginning."""
