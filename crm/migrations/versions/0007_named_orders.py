"""Lists stand in the order of owners, companies and stages."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None
# What names the owner, company or stage: the rows of each stand by their own name.
NAMED = (
    ("ix_contact_company_name", "contact", "company_id"),
    ("ix_company_owner_name", "company", "owner_id"),
    ("ix_deal_stage_name", "deal", "stage_id"),
    ("ix_deal_owner_name", "deal", "owner_id"),
    ("ix_deal_company_name", "deal", "company_id"),
)


def upgrade() -> None:
    for name, table, column in NAMED:
        columns, living = [column, "sort_name", "id"], sa.text("deleted_at IS NULL")
        op.create_index(name, table, columns, sqlite_where=living, postgresql_where=living)


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
