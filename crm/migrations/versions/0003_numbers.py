"""Numbers of what the history keeps are given once, so that it never tells of another row."""

import re

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEPT = (
    "answer_clock", "assignment", "closure", "company", "company_domain", "contact",
    "contact_email", "contact_phone", "deal", "field_value", "lifecycle_change", "stage_visit",
    "tag", "tagging", "task",
)  # fmt: skip


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL never gave a number twice
        for table in KEPT:
            _number_once(table)


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


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
