"""Roles granted for a time, staff teams, the access log, its reviews, and the chains over what was written down."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0010"
down_revision = "20261124_0009"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
UNLINKED = sa.text("n is null")


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
    for column in chained():
        op.add_column("audit_entry", column)
    op.create_unique_constraint(op.f("uq_audit_entry_n"), "audit_entry", ["n"])
    op.create_index("ix_audit_entry_unlinked", "audit_entry", ["id"], postgresql_where=UNLINKED)
    op.create_table(
        "access_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=True),
        sa.Column("action", sa.String(length=8), nullable=False),
        sa.Column("object_kind", sa.String(length=12), nullable=False),
        sa.Column("object_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("person_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        *chained(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_entry")),
        sa.UniqueConstraint("n", name=op.f("uq_access_entry_n")),
    )
    op.create_index(op.f("ix_access_entry_at"), "access_entry", ["at"])
    op.create_index("ix_access_entry_objects", "access_entry", ["object_ids"], postgresql_using="gin")
    op.create_index("ix_access_entry_people", "access_entry", ["person_ids"], postgresql_using="gin")
    reveals = sa.text("action = 'reveal'")
    op.create_index("ix_access_entry_reveals", "access_entry", ["at"], postgresql_where=reveals)
    op.create_index("ix_access_entry_unlinked", "access_entry", ["id"], postgresql_where=UNLINKED)
    op.create_table(
        "casework_reveal_review",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("words_cipher", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["access_entry.id"], name=op.f("fk_casework_reveal_review_entry_id_access_entry")
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_casework_reveal_review")),
    )


def chained() -> list[sa.Column[Any]]:
    return [
        sa.Column("mac", sa.String(length=64), nullable=True),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
    ]


def downgrade() -> None:
    op.drop_table("casework_reveal_review")
    op.drop_table("access_entry")
    op.drop_index("ix_audit_entry_unlinked", "audit_entry")
    op.drop_constraint(op.f("uq_audit_entry_n"), "audit_entry")
    for name in ("mac", "n", "digest"):
        op.drop_column("audit_entry", name)
    op.drop_table("staff_grant")
    op.drop_column("staff", "team")
