"""Entries of a kind and tasks due in a span are found by an index; addresses a quiz once had."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_entry_kind_at", "entry", ["kind", "at"])
    op.create_index("ix_task_due", "task", ["due_by", "id"])
    _keep_former_addresses()


def _keep_former_addresses() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "quiz_address",
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("quiz_id", key, nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", key, nullable=False),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_address_quiz_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_address")),
        sa.UniqueConstraint("slug", name=op.f("uq_quiz_address_slug")),
    )
    op.create_index("ix_quiz_address_quiz_id", "quiz_address", ["quiz_id"])


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
