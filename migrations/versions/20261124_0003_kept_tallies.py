"""Kept tallies of what happened in the queue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0003"
down_revision = "20261124_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "routing_tally",
        sa.Column("queue", sa.String(length=40), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("part", sa.String(length=12), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("within_ms", sa.BigInteger(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("queue", "start", "part", "key", name=op.f("pk_routing_tally")),
    )
    # A constant default is not written into the rows there are: the table is not rewritten.
    op.add_column("routing_event", sa.Column("tallied", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_index(
        "ix_routing_event_counselor", "routing_event", ["at"], postgresql_where=sa.text("counselor_id is not null")
    )
    op.create_index(
        "ix_routing_event_untallied",
        "routing_event",
        ["n"],
        postgresql_where=sa.text("not tallied and contact_id is not null"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_routing_event_untallied",
        table_name="routing_event",
        postgresql_where=sa.text("not tallied and contact_id is not null"),
    )
    op.drop_index(
        "ix_routing_event_counselor", table_name="routing_event", postgresql_where=sa.text("counselor_id is not null")
    )
    op.drop_column("routing_event", "tallied")
    op.drop_table("routing_tally")
