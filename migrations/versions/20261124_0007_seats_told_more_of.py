"""What is kept of a seat: its softphone, and offers it did not answer."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0007"
down_revision = "20261124_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    softphone: sa.Column[bool] = sa.Column("softphone", sa.Boolean(), server_default=sa.text("true"), nullable=False)
    op.add_column("routing_seat", softphone)
    op.add_column("routing_seat", sa.Column("unanswered", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("routing_seat", "unanswered")
    op.drop_column("routing_seat", "softphone")
