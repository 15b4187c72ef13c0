"""Care plans and safety plans in versions, companion calls with their rhythms, welfare checks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0008"
down_revision = "20261124_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "casework_plan_version",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("words_cipher", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", "version", name=op.f("pk_casework_plan_version")),
    )
    op.create_table(
        "casework_care_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("holds", sa.Integer(), nullable=True),
        sa.Column("preferred", postgresql.ARRAY(sa.Uuid()), server_default="{}", nullable=False),
        sa.Column("review_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_why_cipher", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["casework_person.id"], name=op.f("fk_casework_care_plan_person_id_casework_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_care_plan")),
    )
    op.create_index("ix_casework_care_plan_person", "casework_care_plan", ["person_id"], unique=False)
    op.create_index(
        "uq_casework_care_plan_live",
        "casework_care_plan",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_table(
        "casework_safety_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["casework_person.id"], name=op.f("fk_casework_safety_plan_person_id_casework_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_safety_plan")),
        sa.UniqueConstraint("person_id", name=op.f("uq_casework_safety_plan_person_id")),
    )
    op.create_table(
        "casework_companion_rhythm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("companion_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("call_time", sa.Time(), nullable=False),
        sa.Column("every_weeks", sa.SmallInteger(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("on_holiday", sa.String(length=8), nullable=False),
        sa.Column("words_cipher", sa.Text(), nullable=True),
        sa.Column("planned_through", sa.Date(), nullable=False),
        sa.Column("misses", sa.Integer(), server_default="0", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["casework_case.id"], name=op.f("fk_casework_companion_rhythm_case_id_casework_case")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_companion_rhythm")),
    )
    op.create_index(
        op.f("ix_casework_companion_rhythm_case_id"), "casework_companion_rhythm", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_casework_companion_rhythm_companion_id"), "casework_companion_rhythm", ["companion_id"], unique=False
    )
    op.create_table(
        "casework_companion_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rhythm_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("call_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["duty_id"], ["casework_duty.id"], name=op.f("fk_casework_companion_call_duty_id_casework_duty")
        ),
        sa.ForeignKeyConstraint(
            ["rhythm_id"],
            ["casework_companion_rhythm.id"],
            name=op.f("fk_casework_companion_call_rhythm_id_casework_companion_rhythm"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_companion_call")),
    )
    op.create_index(op.f("ix_casework_companion_call_duty_id"), "casework_companion_call", ["duty_id"], unique=False)
    op.create_index(
        "uq_casework_companion_call_day",
        "casework_companion_call",
        ["rhythm_id", "day"],
        unique=True,
        postgresql_where=sa.text("state <> 'cancelled'"),
    )
    op.create_index(
        "ix_casework_companion_call_open",
        "casework_companion_call",
        ["call_at"],
        unique=False,
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "casework_welfare_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("triage_level", sa.String(length=12), nullable=False),
        sa.Column("reason_cipher", sa.Text(), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=False),
        sa.Column("visit_id", sa.Uuid(), nullable=True),
        sa.Column("dispatch_id", sa.Uuid(), nullable=True),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.Uuid(), nullable=True),
        sa.Column("how", sa.String(length=12), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_why_cipher", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["casework_case.id"], name=op.f("fk_casework_welfare_check_case_id_casework_case")
        ),
        sa.ForeignKeyConstraint(
            ["dispatch_id"],
            ["casework_dispatch.id"],
            name=op.f("fk_casework_welfare_check_dispatch_id_casework_dispatch"),
        ),
        sa.ForeignKeyConstraint(
            ["duty_id"], ["casework_duty.id"], name=op.f("fk_casework_welfare_check_duty_id_casework_duty")
        ),
        sa.ForeignKeyConstraint(
            ["visit_id"], ["casework_visit.id"], name=op.f("fk_casework_welfare_check_visit_id_casework_visit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_welfare_check")),
        sa.UniqueConstraint("dispatch_id", name=op.f("uq_casework_welfare_check_dispatch_id")),
        sa.UniqueConstraint("visit_id", name=op.f("uq_casework_welfare_check_visit_id")),
    )
    op.create_index("ix_casework_welfare_check_case", "casework_welfare_check", ["case_id"], unique=False)
    op.create_index(
        "uq_casework_welfare_check_open",
        "casework_welfare_check",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("state not in ('contact_made', 'closed')"),
    )


def downgrade() -> None:
    op.drop_table("casework_welfare_check")
    op.drop_table("casework_companion_call")
    op.drop_table("casework_companion_rhythm")
    op.drop_table("casework_safety_plan")
    op.drop_table("casework_care_plan")
    op.drop_table("casework_plan_version")
