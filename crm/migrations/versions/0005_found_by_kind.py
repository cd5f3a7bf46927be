"""Indexes by kind and due time; addresses a quiz once had; domains found as they read."""

import sqlalchemy as sa
from alembic import op

from crm.search.rules import words_of_domain, words_of_email

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_entry_kind_at", "entry", ["kind", "at"])
    op.create_index("ix_task_due", "task", ["due_by", "id"])
    _keep_former_addresses()
    _find_domains_as_they_read()


def _find_domains_as_they_read() -> None:
    """Records with a domain in other letters have the word "xn" of its ASCII form."""
    there = sa.text(
        "SELECT it.kind, it.record_id, it.word FROM search_word AS mark JOIN search_word AS it "
        "ON it.record_id = mark.record_id AND it.kind = mark.kind "
        "WHERE mark.kind IN ('contact', 'company') AND mark.word = 'xn' "
        "AND it.word LIKE '%xn--%' ORDER BY it.kind, it.record_id"
    )
    found = {
        (kind, number, one)
        for kind, number, word in op.get_bind().execute(there).all()
        for one in (words_of_email(word) if "@" in word else words_of_domain(word))
    }
    added = sa.text(
        "INSERT INTO search_word (kind, record_id, word) VALUES (:kind, :number, :word) "
        "ON CONFLICT DO NOTHING"
    )
    rows = [dict(zip(("kind", "number", "word"), row, strict=True)) for row in sorted(found)]
    if rows:
        op.get_bind().execute(added, rows)


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
