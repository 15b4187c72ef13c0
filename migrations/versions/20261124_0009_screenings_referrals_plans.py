"""Screenings, referrals, a case's plan; and the indexes by which boards and stories are read however many there are."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0009"
down_revision = "20261124_0008"
branch_labels = None
depends_on = None

ASKED = ("district", "owner_id", "triage_level")
OLD_OPEN = sa.text("state in ('planned', 'due', 'overdue', 'attempted')")
OPEN = sa.text("ended_at is null")
STORIES = {"case_note": "at", "duty": "created_at", "visit": "requested_at", "dispatch": "requested_at"}
STORIES |= {"escalation": "raised_at"}


def upgrade() -> None:
    op.add_column("casework_case", sa.Column("plan_cipher", sa.Text(), nullable=True))
    op.add_column("casework_contact", sa.Column("screened_level", sa.String(length=12), nullable=True))
    op.add_column("casework_contact", sa.Column("screened_at", sa.DateTime(timezone=True), nullable=True))
    _screenings()
    _referrals()
    for table, moment in STORIES.items():
        op.drop_index(f"ix_casework_{table}_case_id", table_name=f"casework_{table}")
        op.create_index(f"ix_casework_{table}_case", f"casework_{table}", ["case_id", moment, "id"])
    op.drop_index("ix_casework_contact_case_id", table_name="casework_contact")
    op.create_index(
        "ix_casework_contact_case", "casework_contact", ["case_id", "opened_at", "id"],
        postgresql_where=sa.text("case_id is not null"),
    )  # fmt: skip
    op.drop_index("ix_casework_case_board", table_name="casework_case")
    op.create_index(
        "ix_casework_case_owed", "casework_case", ["respond_by", "id"],
        postgresql_where=sa.text("state <> 'closed' and responded_at is null and respond_by is not null"),
    )  # fmt: skip
    op.create_index(
        "ix_casework_case_calm", "casework_case", ["opened_at", "id"],
        postgresql_where=sa.text("state <> 'closed' and (responded_at is not null or respond_by is null)"),
    )  # fmt: skip
    op.create_index("ix_casework_case_opened", "casework_case", ["opened_at", "id"])
    for of in ASKED:
        op.create_index(
            f"ix_casework_case_owed_{of}", "casework_case", [of, "respond_by", "id"],
            postgresql_where=sa.text("state <> 'closed' and responded_at is null and respond_by is not null"),
        )  # fmt: skip
        op.create_index(
            f"ix_casework_case_calm_{of}", "casework_case", [of, "opened_at", "id"],
            postgresql_where=sa.text("state <> 'closed' and (responded_at is not null or respond_by is null)"),
        )  # fmt: skip
    _duty_indexes(OPEN)


def _screenings() -> None:
    op.create_table(
        "casework_screening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(length=20), nullable=False),
        sa.Column("instrument_version", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers_cipher", sa.Text(), nullable=False),
        sa.Column("level", sa.String(length=12), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["casework_contact.id"], name=op.f("fk_casework_screening_contact_id_casework_contact")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["casework_case.id"], name=op.f("fk_casework_screening_case_id_casework_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_screening")),
    )
    for of in ("contact", "case"):
        op.create_index(
            f"ix_casework_screening_{of}", "casework_screening", [f"{of}_id", "started_at", "id"],
            postgresql_where=sa.text(f"{of}_id is not null"),
        )  # fmt: skip


def _referrals() -> None:
    op.create_table(
        "casework_referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("to_team", sa.String(length=16), nullable=True),
        sa.Column("to_partner", sa.String(length=200), nullable=True),
        sa.Column("purpose_cipher", sa.Text(), nullable=False),
        sa.Column("consent", sa.String(length=16), nullable=False),
        sa.Column("consent_reason_cipher", sa.Text(), nullable=True),
        sa.Column("legal_basis", sa.String(length=200), nullable=True),
        sa.Column("referred_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duty_id", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=200), nullable=True),
        sa.Column("reason_cipher", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["casework_case.id"], name=op.f("fk_casework_referral_case_id_casework_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_referral")),
    )
    op.create_index("ix_casework_referral_case", "casework_referral", ["case_id", "created_at", "id"])
    op.create_index("ix_casework_referral_from", "casework_referral", ["referred_by", "created_at"])
    op.create_index(
        "ix_casework_referral_waiting", "casework_referral", ["answer_by"], postgresql_where=sa.text("state = 'sent'")
    )


def _duty_indexes(where: sa.TextClause) -> None:
    """Index what is owed; the owner's and the caller's were of no use to questions that ask by `ended_at`."""
    for name, column in (("owner", "owner_id"), ("caller", "caller_fingerprint")):
        op.drop_index(f"ix_casework_duty_{name}", table_name="casework_duty")
        columns = [column, "due_at"] if name == "owner" else [column]
        op.create_index(f"ix_casework_duty_{name}", "casework_duty", columns, postgresql_where=where)
    if where is OPEN:
        op.drop_index("ix_casework_duty_open", table_name="casework_duty")
        first = ("(overdue_at is null)", "(priority::text <> 'danger'::text)", "(priority::text <> 'high'::text)")
        op.create_index(
            "ix_casework_duty_board", "casework_duty", ["team", *map(sa.text, first), "due_at", "id"],
            postgresql_where=where,
        )  # fmt: skip
    else:
        op.drop_index("ix_casework_duty_board", table_name="casework_duty")
        op.create_index("ix_casework_duty_open", "casework_duty", ["team", "due_at"], postgresql_where=where)


def downgrade() -> None:
    _duty_indexes(OLD_OPEN)
    for name in ("opened", "calm", "owed", *(f"{part}_{of}" for part in ("calm", "owed") for of in ASKED)):
        op.drop_index(f"ix_casework_case_{name}", table_name="casework_case")
    op.create_index("ix_casework_case_board", "casework_case", ["state", "respond_by"])
    op.drop_index("ix_casework_contact_case", table_name="casework_contact")
    op.create_index(
        "ix_casework_contact_case_id", "casework_contact", ["case_id"], postgresql_where=sa.text("case_id is not null")
    )
    for table in STORIES:
        op.drop_index(f"ix_casework_{table}_case", table_name=f"casework_{table}")
        op.create_index(f"ix_casework_{table}_case_id", f"casework_{table}", ["case_id"])
    op.drop_table("casework_referral")
    op.drop_table("casework_screening")
    op.drop_column("casework_contact", "screened_at")
    op.drop_column("casework_contact", "screened_level")
    op.drop_column("casework_case", "plan_cipher")
