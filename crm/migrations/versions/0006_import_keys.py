"""Keys of a file tried dry; addresses by bytes; entries by what came of them; words of tasks."""

import sqlalchemy as sa
from alembic import op

from crm.core.folding import postgres_function

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None
# What further columns of lists are sorted by.
SORTED = (
    ("ix_contact_changed", "contact", "updated_at"),
    ("ix_contact_in", "contact", "last_in_at"),
    ("ix_company_city", "company", "city"),
    ("ix_company_country", "company", "country"),
    ("ix_company_created", "company", "created_at"),
    ("ix_company_changed", "company", "updated_at"),
    ("ix_deal_changed", "deal", "updated_at"),
)


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
    gone = sa.text("op = 'delete'")
    op.create_index(
        "ix_change_value_gone",
        "change_value",
        ["table_name", "row_id"],
        sqlite_where=gone,
        postgresql_where=gone,
    )
    if op.get_bind().dialect.name == "postgresql":  # SQLite sorts by bytes anyway
        op.execute(sa.DDL(postgres_function().replace("%", "%%")))  # the same texts, sooner
        op.drop_index("ix_contact_email_mailbox_key", "contact_email")
        op.create_index(
            "ix_contact_email_mailbox_key",
            "contact_email",
            ["mailbox_key"],
            postgresql_ops={"mailbox_key": "text_pattern_ops"},
        )
    _find_tasks()
    for name, table, column in SORTED:
        living = sa.text("deleted_at IS NULL")
        op.create_index(name, table, [column, "id"], sqlite_where=living, postgresql_where=living)
    lasts = sa.text("reopened_at IS NULL")
    op.create_index(
        "ix_closure_closed_on",
        "closure",
        ["closed_on", "deal_id"],
        sqlite_where=lasts,
        postgresql_where=lasts,
    )


def _find_tasks() -> None:
    """Tasks are found by title and note; the database keeps the index in step itself."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_task_fts ON task "
            "USING gin (to_tsvector('simple', tend_fold(title || ' ' || note)))"
        )
        return
    said = "tend_fold({row}title || ' ' || {row}note)"
    new, old = said.format(row="NEW."), said.format(row="OLD.")
    into = f"INSERT INTO task_fts(rowid, body) SELECT NEW.id, {new};"
    out = f"INSERT INTO task_fts(task_fts, rowid, body) SELECT 'delete', OLD.id, {old};"
    op.execute("CREATE VIRTUAL TABLE task_fts USING fts5(body, content='', tokenize='unicode61')")
    for name, moment, act in (
        ("insert", "INSERT", into),
        ("delete", "DELETE", out),
        ("update", "UPDATE OF title, note", f"{out} {into}"),
    ):
        op.execute(f"CREATE TRIGGER task_fts_{name} AFTER {moment} ON task BEGIN {act} END")
    op.execute(
        "INSERT INTO task_fts(rowid, body) SELECT id, tend_fold(title || ' ' || note) FROM task"
    )


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
