"""What is kept of a seat: its softphone, offers it did not answer, and how much its counselor has worked."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0007"
down_revision = "20261124_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    softphone: sa.Column[bool] = sa.Column("softphone", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    op.add_column("routing_seat", softphone)
    op.add_column("routing_seat", sa.Column("unanswered", sa.Integer(), server_default="0", nullable=False))
    spans = sa.text("'[]'::jsonb")
    op.add_column("routing_seat", sa.Column("busy", postgresql.JSONB(), server_default=spans, nullable=False))
    for name in ("working_since", "asked_from"):
        op.add_column("routing_seat", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.add_column("routing_seat", sa.Column("asked_because", sa.String(length=8), nullable=True))


def downgrade() -> None:
    for name in ("asked_because", "asked_from", "working_since", "busy", "unanswered", "softphone"):
        op.drop_column("routing_seat", name)
