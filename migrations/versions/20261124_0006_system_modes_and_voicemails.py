"""System modes, and voicemails."""

import sqlalchemy as sa
from alembic import op

revision = "20261124_0006"
down_revision = "20261124_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
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
