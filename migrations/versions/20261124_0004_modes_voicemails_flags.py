"""System modes, voicemails, flags on callers, and what a counselor does for a caller who cannot speak."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261124_0004"
down_revision = "20261124_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("casework_contact", sa.Column("cannot_speak_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ivr_call", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ivr_call", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "routing_queue_entry",
        sa.Column(
            "hints",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'::jsonb"),
            nullable=False,
        ),
    )
    op.create_table(
        "casework_caller_flag",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("caller_fingerprint", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("reason_cipher", sa.Text(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_caller_flag")),
    )
    op.create_index(
        "ix_casework_caller_flag_caller", "casework_caller_flag", ["caller_fingerprint", "until"], unique=False
    )
    op.create_table(
        "ivr_system_mode",
        sa.Column("version", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_ivr_system_mode")),
    )
    op.create_table(
        "casework_voicemail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("recording", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duty_id", sa.Uuid(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_by", sa.Uuid(), nullable=True),
        sa.Column("transcript_cipher", sa.Text(), nullable=True),
        sa.Column("transcribed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["casework_contact.id"], name=op.f("fk_casework_voicemail_contact_id_casework_contact")
        ),
        sa.ForeignKeyConstraint(
            ["duty_id"], ["casework_duty.id"], name=op.f("fk_casework_voicemail_duty_id_casework_duty")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_casework_voicemail")),
        sa.UniqueConstraint("recording", name=op.f("uq_casework_voicemail_recording")),
    )
    op.create_index(op.f("ix_casework_voicemail_contact_id"), "casework_voicemail", ["contact_id"], unique=False)
    op.create_index("ix_casework_voicemail_recorded", "casework_voicemail", ["recorded_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_casework_voicemail_recorded", table_name="casework_voicemail")
    op.drop_index(op.f("ix_casework_voicemail_contact_id"), table_name="casework_voicemail")
    op.drop_table("casework_voicemail")
    op.drop_table("ivr_system_mode")
    op.drop_index("ix_casework_caller_flag_caller", table_name="casework_caller_flag")
    op.drop_table("casework_caller_flag")
    op.drop_column("routing_queue_entry", "hints")
    op.drop_column("ivr_call", "warned_at")
    op.drop_column("ivr_call", "asked_at")
    op.drop_column("casework_contact", "cannot_speak_at")
