"""By when a team that is inside must be heard of, and the pictures it takes; what is carried first after an outage."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0012"
down_revision = "20261124_0011"
branch_labels = None
depends_on = None
OPEN = "state in ('pending', 'leased', 'retry')"


def upgrade() -> None:
    op.add_column("outbox_message", sa.Column("urgent", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_index("ix_outbox_message_open", "outbox_message")
    op.create_index(
        "ix_outbox_message_open", "outbox_message", [sa.text("urgent desc"), "due"], postgresql_where=sa.text(OPEN)
    )
    op.add_column("casework_visit", sa.Column("check_out_by", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "casework_visit_photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["casework_visit.id"], name=op.f("fk_casework_visit_photo_visit_id_casework_visit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_visit_photo")),
    )
    op.create_index(op.f("ix_casework_visit_photo_visit_id"), "casework_visit_photo", ["visit_id"], unique=False)


def downgrade() -> None:
    op.drop_table("casework_visit_photo")
    op.drop_column("casework_visit", "check_out_by")
    op.drop_index("ix_outbox_message_open", "outbox_message")
    op.drop_column("outbox_message", "urgent")
    op.create_index("ix_outbox_message_open", "outbox_message", ["due"], postgresql_where=sa.text(OPEN))
