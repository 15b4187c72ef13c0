"""People over several records, their dongs, who may learn who reported."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0011"
down_revision = "20261124_0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "casework_dong",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("district", sa.String(length=5), nullable=False),
        sa.Column("name_ko", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["district"], ["casework_district.code"], name=op.f("fk_casework_dong_district_casework_district")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_casework_dong")),
    )
    op.create_index(op.f("ix_casework_dong_district"), "casework_dong", ["district"])
    op.add_column("casework_person", sa.Column("sex", sa.String(length=8), nullable=True))
    op.add_column("casework_person", sa.Column("dong", sa.String(length=10), nullable=True))
    op.add_column("casework_person", sa.Column("detail_cipher", sa.Text(), nullable=True))
    op.add_column("casework_person", sa.Column("merged_into_id", sa.Uuid(), nullable=True))
    op.add_column("casework_person", sa.Column("anonymized_at", MOMENT, nullable=True))
    op.add_column("casework_person", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_index(op.f("ix_casework_person_merged_into_id"), "casework_person", ["merged_into_id"])
    op.create_foreign_key(
        op.f("fk_casework_person_dong_casework_dong"), "casework_person", "casework_dong", ["dong"], ["code"]
    )
    op.create_foreign_key(
        op.f("fk_casework_person_merged_into_id_casework_person"),
        "casework_person",
        "casework_person",
        ["merged_into_id"],
        ["id"],
    )
    op.add_column("casework_visit", sa.Column("detail_cipher", sa.Text(), nullable=True))
    op.add_column("casework_dispatch", sa.Column("detail_cipher", sa.Text(), nullable=True))
    op.create_table(
        "casework_person_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("merged_id", sa.Uuid(), nullable=False),
        sa.Column("merged_at", MOMENT, nullable=False),
        sa.Column("merged_by", sa.Uuid(), nullable=False),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["casework_person.id"], name=op.f("fk_casework_person_merge_kept_id_casework_person")
        ),
        sa.ForeignKeyConstraint(
            ["merged_id"], ["casework_person.id"], name=op.f("fk_casework_person_merge_merged_id_casework_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_person_merge")),
    )
    op.create_index(op.f("ix_casework_person_merge_kept_id"), "casework_person_merge", ["kept_id"])
    op.create_index(
        "uq_casework_person_merge_standing",
        "casework_person_merge",
        ["merged_id"],
        unique=True,
        postgresql_where=sa.text("undone_at is null"),
    )
    op.create_table(
        "casework_source_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.String(length=12), nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=False),
        sa.Column("reason_cipher", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["casework_contact.id"],
            name=op.f("fk_casework_source_decision_contact_id_casework_contact"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_source_decision")),
    )
    op.create_index(op.f("ix_casework_source_decision_contact_id"), "casework_source_decision", ["contact_id"])


def downgrade() -> None:
    op.drop_table("casework_source_decision")
    op.drop_table("casework_person_merge")
    op.drop_column("casework_dispatch", "detail_cipher")
    op.drop_column("casework_visit", "detail_cipher")
    for column in ("version", "anonymized_at", "merged_into_id", "detail_cipher", "dong", "sex"):
        op.drop_column("casework_person", column)
    op.drop_table("casework_dong")
