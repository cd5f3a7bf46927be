"""Records that are merged: what went where, and where a company has gone; entries by what is set.

Nearly no entry is a reply or belongs to a company or deal: an index of all the others made
planners read the whole table instead.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _point_companies_to_what_they_became()
    op.create_index("ix_company_merged_into_id", "company", ["merged_into_id"])
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "merger",
        sa.Column("contact_id", key, nullable=True),
        sa.Column("company_id", key, nullable=True),
        sa.Column("gone_id", key, nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("was", sa.JSON(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("batch_id", key, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", key, nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"], ["company.id"], name=op.f("fk_merger_company_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_merger_contact_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merger")),
        sqlite_autoincrement=True,
    )
    for column in ("batch_id", "company_id", "contact_id"):
        op.create_index(f"ix_merger_{column}", "merger", [column])
    _index_what_entries_are_linked_to()
    op.add_column("entry", sa.Column("left_company_id", key, nullable=True))
    there = sa.text("left_company_id IS NOT NULL")
    op.create_index(
        "ix_entry_left", "entry", ["left_company_id", "at", "id"],
        sqlite_where=there, postgresql_where=there,
    )  # fmt: skip
    op.add_column("user", sa.Column("looks", sa.JSON(), nullable=True))
    _take_erased_people_out_of_lists()


def _take_erased_people_out_of_lists() -> None:
    op.add_column("contact", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE contact SET erased_at = updated_at, deleted_at = COALESCE(deleted_at, updated_at)"
        " WHERE id IN (SELECT contact_id FROM entry WHERE kind = 'erasure')"
    )


def _index_what_entries_are_linked_to() -> None:
    for name, columns in (
        ("ix_entry_company_at", ["company_id", "at", "id"]),
        ("ix_entry_deal_at", ["deal_id", "at", "id"]),
        ("ix_entry_parent", ["parent_id"]),
    ):
        there = sa.text(f"{columns[0]} IS NOT NULL")
        op.drop_index(name, "entry")
        op.create_index(name, "entry", columns, sqlite_where=there, postgresql_where=there)


def _point_companies_to_what_they_became() -> None:
    """SQLite takes a column with its foreign key, and no key for a column that is there."""
    name = "fk_company_merged_into_id"
    if op.get_bind().dialect.name == "sqlite":
        op.get_bind().exec_driver_sql(
            "ALTER TABLE company ADD COLUMN merged_into_id INTEGER "
            f"CONSTRAINT {name} REFERENCES company (id)"
        )
        return
    op.add_column("company", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(name, "company", "company", ["merged_into_id"], ["id"])


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
