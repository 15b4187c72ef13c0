"""People over several records, who may learn who reported, consent, keys, holds, requests, breaches, destruction."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0011"
down_revision = "20261124_0010"
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
    privacy_tables()


def privacy_tables() -> None:
    op.add_column("casework_voicemail", sa.Column("erased_at", MOMENT, nullable=True))
    op.create_table(
        "casework_consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("script", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=8), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recording", sa.String(length=64), nullable=True),
        sa.Column("offset_s", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["casework_contact.id"], name=op.f("fk_casework_consent_contact_id_casework_contact")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_consent")),
    )
    op.create_index("ix_casework_consent_contact", "casework_consent", ["contact_id", "purpose", "at"])
    op.create_table(
        "casework_person_key",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key_cipher", sa.Text(), nullable=False),
        _of_person("person_key"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_casework_person_key")),
    )
    op.create_table(
        "casework_legal_hold",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason_cipher", sa.Text(), nullable=False),
        sa.Column("set_at", MOMENT, nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.Column("lifted_at", MOMENT, nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        _of_person("legal_hold"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_legal_hold")),
    )
    standing = sa.text("lifted_at is null")
    op.create_index("ix_casework_legal_hold_standing", "casework_legal_hold", ["person_id"], postgresql_where=standing)
    op.create_table(
        "casework_destruction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("object_id", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_destruction")),
    )
    op.create_index(op.f("ix_casework_destruction_at"), "casework_destruction", ["at"])
    op.create_table(
        "casework_privacy_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("received_by", sa.Uuid(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer_cipher", sa.Text(), nullable=True),
        _of_person("privacy_request"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_privacy_request")),
    )
    op.create_index(op.f("ix_casework_privacy_request_person_id"), "casework_privacy_request", ["person_id"])
    op.create_table(
        "casework_breach",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("found_by", sa.Uuid(), nullable=False),
        sa.Column("words_cipher", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("outside", sa.Boolean(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("people_told_at", MOMENT, nullable=True),
        sa.Column("authority_told_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_breach")),
    )


def _of_person(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_casework_{table}_person_id_casework_person")
    return sa.ForeignKeyConstraint(["person_id"], ["casework_person.id"], name=name)


def downgrade() -> None:
    for table in ("breach", "privacy_request", "destruction", "legal_hold", "person_key", "consent"):
        op.drop_table(f"casework_{table}")
    op.drop_column("casework_voicemail", "erased_at")
    op.drop_table("casework_source_decision")
    op.drop_table("casework_person_merge")
    op.drop_column("casework_dispatch", "detail_cipher")
    op.drop_column("casework_visit", "detail_cipher")
    for column in ("version", "anonymized_at", "merged_into_id", "detail_cipher", "dong", "sex"):
        op.drop_column("casework_person", column)
    op.drop_table("casework_dong")
