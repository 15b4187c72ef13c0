"""Roles granted for a time, staff teams, the access log, its reviews, and the chains over what was written down."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0010"
down_revision = "20261124_0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("staff", sa.Column("team", sa.String(length=40), nullable=True))
    op.create_table(
        "staff_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.String(length=8), nullable=False),
        sa.Column("district", sa.String(length=5), nullable=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.Uuid(), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_grant_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_grant")),
    )
    live = sa.text("revoked_at is null")
    op.create_index("ix_staff_grant_live", "staff_grant", ["staff_id", "until"], postgresql_where=live)


def downgrade() -> None:
    op.drop_table("staff_grant")
    op.drop_column("staff", "team")
