"""Keys of a file tried dry; addresses by bytes; entries by what came of them; words of tasks."""

import sqlalchemy as sa
from alembic import op

from crm.core.folding import postgres_function
from crm.search.rules import words_of, words_of_name

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
    _keep_events()
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
    _find_names_in_one()
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


def _find_names_in_one() -> None:
    """Names with a hyphen or an apostrophe are also found written without it."""
    added = sa.text(
        "INSERT INTO search_word (kind, record_id, word) VALUES (:kind, :number, :word) "
        "ON CONFLICT DO NOTHING"
    )
    for kind in ("contact", "company", "deal"):
        names = sa.table(kind, sa.column("id"), sa.column("name"))
        marked = sa.or_(*(names.c.name.contains(mark) for mark in "-'\u2010\u2011\u2019"))
        named = op.get_bind().execute(sa.select(*names.c).where(marked)).all()
        rows = [
            {"kind": kind, "number": number, "word": word}
            for number, name in named
            for word in sorted({*words_of_name(name)} - {*words_of(name)})
        ]
        if rows:
            op.get_bind().execute(added, rows)


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


def _keep_events() -> None:
    """No row of the history or of the list of sign-ins is changed, replaced or taken away.

    But for emptying what was told, and for events of a year ago, by the clock of the newest one.
    """
    words = "the history is append-only"
    same = " AND ".join(
        f"NEW.{name} IS NOT DISTINCT FROM OLD.{name}"
        for name in ("id", "at", "kind", "user_id", "actor_id", "address")
    )
    latest = "(SELECT max(at) FROM security_event)"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF TG_OP = 'DELETE' THEN IF OLD.at < {latest} - interval '364 days' "
            "THEN RETURN OLD; END IF; "
            f"ELSIF NEW.details::text = '{{}}' AND {same} THEN RETURN NEW; END IF; "
            f"RAISE EXCEPTION '{words}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER security_event_stays BEFORE UPDATE OR DELETE ON security_event "
            "FOR EACH ROW EXECUTE FUNCTION events_stay()"
        )
        for table in ("change_set", "change_value", "security_event"):
            op.execute(
                f"CREATE TRIGGER {table}_whole BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION history_stays()"
            )
        return
    same = same.replace("IS NOT DISTINCT FROM", "IS")
    young = "julianday(OLD.at) > (SELECT julianday(max(at)) - 364 FROM security_event)"
    for name, moment, table, condition in (
        ("security_event_update", "UPDATE", "security_event",
         f"NOT (NEW.details = '{{}}' AND {same})"),
        ("security_event_delete", "DELETE", "security_event", young),
        # REPLACE takes the row that is there away, and no trigger on deletion tells.
        ("change_set_insert", "INSERT", "change_set",
         "EXISTS (SELECT 1 FROM change_set WHERE id = NEW.id) OR "
         "EXISTS (SELECT 1 FROM change_set WHERE undo_of_id = NEW.undo_of_id)"),
        ("change_value_insert", "INSERT", "change_value",
         "EXISTS (SELECT 1 FROM change_value WHERE id = NEW.id)"),
        ("security_event_insert", "INSERT", "security_event",
         "EXISTS (SELECT 1 FROM security_event WHERE id = NEW.id)"),
    ):  # fmt: skip
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {moment} ON {table} WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
