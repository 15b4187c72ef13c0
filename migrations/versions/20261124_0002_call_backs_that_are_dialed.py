"""Call-backs that the system dials, and every call made for them."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0002"
down_revision = "20261124_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ivr_callback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("priority", sa.String(length=16), nullable=False),
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("about", sa.String(length=8), nullable=False),
        sa.Column("place_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_to", sa.Uuid(), nullable=True),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stays", sa.Integer(), nullable=False),
        sa.Column("stay_id", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ivr_callback")),
    )
    op.create_index(
        "uq_ivr_callback_open", "ivr_callback", ["duty_id"], unique=True, postgresql_where=sa.text("ended_at is null")
    )
    op.create_index(
        "ix_ivr_callback_stay", "ivr_callback", ["stay_id"], postgresql_where=sa.text("stay_id is not null")
    )
    op.create_index("ix_ivr_callback_requested", "ivr_callback", ["requested_at"])
    op.create_table(
        "ivr_callback_attempt",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("callback_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("counselor_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(
            ["callback_id"], ["ivr_callback.id"], name=op.f("fk_ivr_callback_attempt_callback_id_ivr_callback")
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_ivr_callback_attempt")),
    )
    op.create_index(op.f("ix_ivr_callback_attempt_callback_id"), "ivr_callback_attempt", ["callback_id"])


def downgrade() -> None:
    op.drop_table("ivr_callback_attempt")
    op.drop_table("ivr_callback")
