"""Transfers, supervisors' watches, and the contact in which a conversation goes on."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0005"
down_revision = "20261124_0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
LIVE = "state in ('initiated', 'target_ringing', 'target_answered', 'briefed', 'conferenced')"
MILESTONES = (
    "target_ringing",
    "target_answered",
    "briefed",
    "conferenced",
    "released",
    "failed",
    "returned",
    "canceled",
)


def upgrade() -> None:
    op.add_column("casework_contact", sa.Column("continues_id", sa.Uuid(), nullable=True))
    op.add_column("routing_queue_entry", sa.Column("only_id", sa.Uuid(), nullable=True))
    op.create_table(
        "ivr_transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("next_id", sa.Uuid(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("target", sa.String(length=60), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("leg", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("why", sa.String(length=24), nullable=True),
        sa.Column("initiated_at", MOMENT, nullable=False),
        *(sa.Column(f"{name}_at", MOMENT, nullable=True) for name in MILESTONES),
        sa.ForeignKeyConstraint(["call"], ["ivr_call.sid"], name=op.f("fk_ivr_transfer_call_ivr_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ivr_transfer")),
        sa.UniqueConstraint("next_id", name=op.f("uq_ivr_transfer_next_id")),
    )
    op.create_index(op.f("ix_ivr_transfer_call"), "ivr_transfer", ["call"])
    op.create_index(op.f("ix_ivr_transfer_contact_id"), "ivr_transfer", ["contact_id"])
    op.create_index("uq_ivr_transfer_live", "ivr_transfer", ["call"], unique=True, postgresql_where=sa.text(LIVE))
    op.create_table(
        "ivr_watch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("call", sa.String(length=64), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("counselor_id", sa.Uuid(), nullable=False),
        sa.Column("supervisor_id", sa.Uuid(), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("leg", sa.String(length=64), nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("joined_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["call"], ["ivr_call.sid"], name=op.f("fk_ivr_watch_call_ivr_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ivr_watch")),
    )
    op.create_index(op.f("ix_ivr_watch_call"), "ivr_watch", ["call"])
    op.create_index(op.f("ix_ivr_watch_contact_id"), "ivr_watch", ["contact_id"])
    live = sa.text("state <> 'ended'")
    op.create_index("uq_ivr_watch_mode", "ivr_watch", ["call", "mode"], unique=True, postgresql_where=live)
    op.create_index("uq_ivr_watch_supervisor", "ivr_watch", ["supervisor_id"], unique=True, postgresql_where=live)


def downgrade() -> None:
    op.drop_table("ivr_watch")
    op.drop_table("ivr_transfer")
    op.drop_column("routing_queue_entry", "only_id")
    op.drop_column("casework_contact", "continues_id")
