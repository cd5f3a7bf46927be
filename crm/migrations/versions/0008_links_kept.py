"""Numbers that stand in links, mails and the history are given once, also of rows forgotten."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None
# Each is forgotten some time after it ended, while its number stays in what was sent or kept.
LINKED = ("attachment", "batch", "export", "import", "segment_member")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL never gave a number twice
    for table in LINKED:
        rising = {"sqlite_autoincrement": True}
        with op.batch_alter_table(table, recreate="always", table_kwargs=rising):
            pass
    # Acts over many rows that the history tells of and that are forgotten already.
    kept = sa.text("SELECT max(json_extract(details, '$.batch')) FROM change_set")
    if number := op.get_bind().execute(kept).scalar():
        raised = sa.text("UPDATE sqlite_sequence SET seq = max(seq, :seq) WHERE name = 'batch'")
        if not op.get_bind().execute(raised, {"seq": number}).rowcount:
            begun = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('batch', :seq)")
            op.get_bind().execute(begun, {"seq": number})


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
