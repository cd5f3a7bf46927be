"""Entries of a kind and tasks due in a span are found without reading all of them."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_entry_kind_at", "entry", ["kind", "at"])
    op.create_index("ix_task_due", "task", ["due_by", "id"])


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
