"""Numbers of what the history keeps are given once, so that it never tells of another row."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = (
    "answer_clock", "answer_policy", "assignment", "closure", "company", "company_domain",
    "contact", "contact_email", "contact_phone", "custom_field", "deal", "enrolment", "entry",
    "field_need", "field_option", "field_value", "leave", "lifecycle_change", "pipeline", "pool",
    "pool_member", "quiz", "routing_rule", "saved_view", "segment", "sequence", "stage",
    "stage_visit", "tag", "tagging", "task",
)  # fmt: skip


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL never gave a number twice
        for table in KEPT:
            _number_once(table)
        _start_behind_the_history()
    _read_from_indexes()
    _order_tasks()
    op.create_table(
        "search_field",
        sa.Column("field_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("after", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["custom_field.id"],
            name=op.f("fk_search_field_field_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("field_id", name=op.f("pk_search_field")),
    )


def _read_from_indexes() -> None:
    """Lists with related records are counted without reading the rows."""
    there = sa.text("deleted_at IS NULL")
    op.drop_index("ix_contact_lifecycle", "contact")
    op.create_index(
        "ix_contact_lifecycle",
        "contact",
        ["lifecycle", "last_touch_at", "id", "team_id", "owner_id"],
        sqlite_where=there,
        postgresql_where=there,
    )
    op.drop_index("ix_deal_contact_id", "deal")
    op.create_index(
        "ix_deal_contact_id",
        "deal",
        ["contact_id", "deleted_at", "stage_id", "amount_cents", "team_id", "owner_id"],
    )


def _order_tasks() -> None:
    """Tasks are listed in further orders and groups."""
    still_open = sa.text("closed_at IS NULL")
    op.create_index("ix_task_created", "task", ["created_at", "id"])
    op.create_index("ix_task_closed", "task", ["closed_at", "id"])
    for name, columns in (
        ("ix_task_open_priority", ["priority", "id"]),
        ("ix_task_open_kind", ["kind", "due_by", "id"]),
    ):
        op.create_index(name, "task", columns, sqlite_where=still_open, postgresql_where=still_open)


def _number_once(table: str) -> None:
    """Make a table anew whose numbers rise even where its last row was deleted."""
    there = sa.text("SELECT type, sql FROM sqlite_master WHERE tbl_name = :table AND sql <> ''")
    parts = op.get_bind().execute(there, {"table": table}).all()
    [made] = [sql for kind, sql in parts if kind == "table"]
    body, one = re.subn(r",\s*CONSTRAINT \w+ PRIMARY KEY \(id\)", "", made[made.index("(") :])
    key = f"id INTEGER NOT NULL CONSTRAINT pk_{table} PRIMARY KEY AUTOINCREMENT"
    body, two = re.subn(r"\bid INTEGER NOT NULL", key, body)
    if (one, two) != (1, 1):
        raise RuntimeError(f"table {table} is not as this migration knows it")
    names = [column["name"] for column in sa.inspect(op.get_bind()).get_columns(table)]
    columns = ", ".join(f'"{name}"' for name in names)
    for line in (
        f"CREATE TABLE anew {body}",
        f"INSERT INTO anew ({columns}) SELECT {columns} FROM {table}",  # noqa: S608 - our own names
        f"DROP TABLE {table}",
        f"ALTER TABLE anew RENAME TO {table}",
        *(sql for kind, sql in parts if kind != "table"),
    ):
        op.get_bind().exec_driver_sql(line)


def _start_behind_the_history() -> None:
    """Numbers that the history tells of were given, also where their rows are gone."""
    kept = sa.text("SELECT table_name, max(row_id) FROM change_value GROUP BY table_name")
    raised = sa.text("UPDATE sqlite_sequence SET seq = max(seq, :number) WHERE name = :table")
    begun = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :number)")
    for table, number in op.get_bind().execute(kept).all():
        place = {"table": table, "number": number}
        if table in KEPT and not op.get_bind().execute(raised, place).rowcount:
            op.get_bind().execute(begun, place)


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
