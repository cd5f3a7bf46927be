"""Keys of a file that is tried dry; addresses by bytes; entries by what came of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "import_key",
        sa.Column("batch_id", key, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("record_id", key, nullable=True),
        sa.Column("id", key, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_import_key_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_key")),
        sa.UniqueConstraint("batch_id", "key", name=op.f("uq_import_key_batch_id_key")),
    )
    for what in ("direction", "outcome", "minutes"):
        there = sa.text(f"{what} IS NOT NULL")
        op.create_index(
            f"ix_entry_{what}", "entry", [what], sqlite_where=there, postgresql_where=there
        )
    if op.get_bind().dialect.name == "postgresql":  # SQLite sorts by bytes anyway
        op.drop_index("ix_contact_email_mailbox_key", "contact_email")
        op.create_index(
            "ix_contact_email_mailbox_key",
            "contact_email",
            ["mailbox_key"],
            postgresql_ops={"mailbox_key": "text_pattern_ops"},
        )


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
