"""What a caller needs besides a language, whom they are kept for, and what counselors are asked for."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0006"
down_revision = "20261124_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("skills", sa.String(length=200), server_default="", nullable=False))
    op.add_column(
        "routing_seat",
        sa.Column(
            "skills",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.add_column("routing_queue_entry", sa.Column("need", sa.String(length=16), server_default="any", nullable=False))
    op.add_column("routing_queue_entry", sa.Column("preferred_id", sa.Uuid(), nullable=True))
    op.add_column("routing_queue_entry", sa.Column("preferred_until", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_routing_queue_entry_kept",
        "routing_queue_entry",
        ["preferred_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting' and preferred_id is not null"),
    )


def downgrade() -> None:
    op.drop_index("ix_routing_queue_entry_kept", table_name="routing_queue_entry")
    for column in ("preferred_until", "preferred_id", "need"):
        op.drop_column("routing_queue_entry", column)
    op.drop_column("routing_seat", "skills")
    op.drop_column("staff", "skills")
