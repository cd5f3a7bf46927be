"""Records people trust: fields, views, history, files, batches, exports; quiz links and cards."""

import sqlalchemy as sa
from alembic import op

from crm.core.folding import postgres_function

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - one statement a table
    op.create_table(
        "external_id",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_external_id")),
        sa.UniqueConstraint("record", "value", name=op.f("uq_external_id_record_value")),
    )
    with op.batch_alter_table("external_id", schema=None) as batch_op:
        batch_op.create_index("ix_external_id_record", ["record", "record_id"], unique=False)

    op.create_table(
        "field_stamp",
        sa.Column("stamp", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_stamp")),
    )
    op.create_table(
        "role_rights",
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("switched", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_rights")),
        sa.UniqueConstraint("role", name=op.f("uq_role_rights_role")),
    )
    op.create_table(
        "search_typo",
        sa.Column(
            "shape", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column(
            "word", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False
        ),
        sa.PrimaryKeyConstraint("shape", "word", name=op.f("pk_search_typo")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stored_file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_stored_file_sha256")),
    )
    op.create_table(
        "batch",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "change_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("lease_owner", sa.String(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_batch_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index("ix_batch_open", ["state", "lease_until"], unique=False)
        batch_op.create_index("ix_batch_user", ["user_id", "id"], unique=False)

    op.create_table(
        "change_set",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "undo_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["undo_of_id"], ["change_set.id"], name=op.f("fk_change_set_undo_of_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_change_set_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_set")),
        sa.UniqueConstraint("undo_of_id", name=op.f("uq_change_set_undo_of_id")),
    )
    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_set_at"), ["at"], unique=False)
        batch_op.create_index("ix_change_set_kind", ["kind", "id"], unique=False)
        batch_op.create_index("ix_change_set_user", ["user_id", "id"], unique=False)

    op.create_table(
        "custom_field",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("help", sa.String(), nullable=False),
        sa.Column("default", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("is_unique", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "archived_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["archived_by_id"], ["user.id"], name=op.f("fk_custom_field_archived_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["user.id"], name=op.f("fk_custom_field_created_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
    )
    with op.batch_alter_table("custom_field", schema=None) as batch_op:
        batch_op.create_index(
            "uq_custom_field_label",
            ["record", "folded"],
            unique=True,
            sqlite_where=sa.text("archived_at IS NULL"),
            postgresql_where=sa.text("archived_at IS NULL"),
        )

    op.create_table(
        "export",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("ids", sa.JSON(), nullable=False),
        sa.Column("has_all_fields", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("error", sa.String(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_export_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
    )
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index("ix_export_state", ["state", "lease_until"], unique=False)
        batch_op.create_index("ix_export_user", ["user_id", "id"], unique=False)

    op.create_table(
        "import_preset",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("habits", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("match", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_import_preset_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_preset")),
        sa.UniqueConstraint("record", "name", name=op.f("uq_import_preset_record_name")),
    )
    op.create_table(
        "mark",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_mark_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
        sa.UniqueConstraint(
            "user_id",
            "kind",
            "record",
            "record_id",
            name=op.f("uq_mark_user_id_kind_record_record_id"),
        ),
    )
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.create_index("ix_mark_record", ["record", "record_id", "kind"], unique=False)
        batch_op.create_index("ix_mark_user_at", ["user_id", "kind", "at", "id"], unique=False)

    op.create_table(
        "reminder_wish",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("before_minutes", sa.Integer(), nullable=False),
        sa.Column("is_belled", sa.Boolean(), nullable=False),
        sa.Column("is_mailed", sa.Boolean(), nullable=False),
        sa.Column("repeats", sa.Boolean(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("has_digest", sa.Boolean(), nullable=False),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("digested_on", sa.Date(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_reminder_wish_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_wish")),
        sa.UniqueConstraint("user_id", name=op.f("uq_reminder_wish_user_id")),
    )
    op.create_table(
        "saved_view",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sharing", sa.String(), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_saved_view_owner_id")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_saved_view_team_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index("ix_saved_view_record", ["record", "archived_at"], unique=False)

    op.create_table(
        "segment",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("filter", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sharing", sa.String(), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("has_no_sequences", sa.Boolean(), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["user.id"], name=op.f("fk_segment_owner_id")),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_segment_team_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
    )
    with op.batch_alter_table("segment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_segment_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_segment_owner_id"), ["owner_id"], unique=False)

    op.create_table(
        "batch_item",
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("payload", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("mark", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_batch_item_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_item")),
    )
    with op.batch_alter_table("batch_item", schema=None) as batch_op:
        batch_op.create_index("ix_batch_item_mark", ["batch_id", "mark", "position"], unique=False)
        batch_op.create_index(
            "ix_batch_item_state", ["batch_id", "state", "position"], unique=False
        )
        batch_op.create_index("uq_batch_item_position", ["batch_id", "position"], unique=True)

    op.create_table(
        "change_value",
        sa.Column(
            "change_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("table_name", sa.String(), nullable=False),
        sa.Column("row_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("op", sa.String(), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("old", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("new", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_change_value_change_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_value")),
    )
    with op.batch_alter_table("change_value", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_change_value_change_set_id"), ["change_set_id"], unique=False
        )
        batch_op.create_index(
            "ix_change_value_company",
            ["company_id", "change_set_id"],
            unique=False,
            sqlite_where=sa.text("company_id IS NOT NULL"),
            postgresql_where=sa.text("company_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_change_value_contact",
            ["contact_id", "change_set_id"],
            unique=False,
            sqlite_where=sa.text("contact_id IS NOT NULL"),
            postgresql_where=sa.text("contact_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_change_value_deal",
            ["deal_id", "change_set_id"],
            unique=False,
            sqlite_where=sa.text("deal_id IS NOT NULL"),
            postgresql_where=sa.text("deal_id IS NOT NULL"),
        )

    op.create_table(
        "field_need",
        sa.Column("field_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["custom_field.id"],
            name=op.f("fk_field_need_field_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["stage.id"], name=op.f("fk_field_need_stage_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_need")),
        sa.UniqueConstraint("field_id", "stage_id", name=op.f("uq_field_need_field_id_stage_id")),
    )
    with op.batch_alter_table("field_need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_field_need_stage_id"), ["stage_id"], unique=False)

    op.create_table(
        "field_option",
        sa.Column("field_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["custom_field.id"],
            name=op.f("fk_field_option_field_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_option")),
        sa.UniqueConstraint("field_id", "folded", name=op.f("uq_field_option_field_id_folded")),
    )
    op.create_table(
        "import",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("habits", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("match", sa.String(), nullable=False),
        sa.Column("tags", sa.String(), nullable=False),
        sa.Column("sample", sa.JSON(), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_import_batch_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_import_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import")),
    )
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.create_index("ix_import_user", ["user_id", "id"], unique=False)

    op.create_table(
        "segment_size",
        sa.Column(
            "segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_segment_size_segment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_size")),
    )
    with op.batch_alter_table("segment_size", schema=None) as batch_op:
        batch_op.create_index("ix_segment_size_segment", ["segment_id", "id"], unique=False)

    op.create_table(
        "view_default",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("view_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_view_default_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_default")),
        sa.UniqueConstraint("record", "role", name=op.f("uq_view_default_record_role")),
    )
    op.create_table(
        "view_pin",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("view_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_pinned", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_view_pin_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["view_id"], ["saved_view.id"], name=op.f("fk_view_pin_view_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_view_pin")),
        sa.UniqueConstraint("user_id", "view_id", name=op.f("uq_view_pin_user_id_view_id")),
    )
    op.create_table(
        "segment_event",
        sa.Column(
            "segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("has_entered", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_segment_event_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_segment_event_segment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_event")),
    )
    with op.batch_alter_table("segment_event", schema=None) as batch_op:
        batch_op.create_index("ix_segment_event_contact", ["contact_id", "id"], unique=False)
        batch_op.create_index("ix_segment_event_segment", ["segment_id", "id"], unique=False)

    op.create_table(
        "segment_member",
        sa.Column(
            "segment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_segment_member_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segment.id"],
            name=op.f("fk_segment_member_segment_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_member")),
        sa.UniqueConstraint(
            "segment_id", "contact_id", name=op.f("uq_segment_member_segment_id_contact_id")
        ),
    )
    with op.batch_alter_table("segment_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_segment_member_contact_id"), ["contact_id"], unique=False
        )

    op.create_table(
        "share_card",
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("tier_id", sa.String(), nullable=False),
        sa.Column("locale", sa.String(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("look", sa.String(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["quiz_version.id"],
            name=op.f("fk_share_card_version_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_card")),
        sa.UniqueConstraint("public_id", "locale", name=op.f("uq_share_card_public_id_locale")),
        sa.UniqueConstraint(
            "version_id", "tier_id", "locale", name=op.f("uq_share_card_version_id_tier_id_locale")
        ),
    )
    op.create_table(
        "field_value",
        sa.Column("field_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "record_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=True),
        sa.Column("sort_text", sa.String(), nullable=True),
        sa.Column("choice", sa.String(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("cents", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flag", sa.Boolean(), nullable=True),
        sa.Column("ref", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("match_key", sa.String(), nullable=True),
        sa.Column("is_unique", sa.Boolean(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint(
            "record_id = coalesce(contact_id, company_id, deal_id)",
            name=op.f("ck_field_value_record"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_field_value_company_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_field_value_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_field_value_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["field_id"], ["custom_field.id"], name=op.f("fk_field_value_field_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_value")),
        sa.UniqueConstraint(
            "field_id",
            "record_id",
            "position",
            name=op.f("uq_field_value_field_id_record_id_position"),
        ),
    )
    with op.batch_alter_table("field_value", schema=None) as batch_op:
        batch_op.create_index(
            "ix_field_value_at",
            ["field_id", "at", "record_id"],
            unique=False,
            sqlite_where=sa.text('"at" IS NOT NULL'),
            postgresql_where=sa.text('"at" IS NOT NULL'),
        )
        batch_op.create_index(
            "ix_field_value_cents",
            ["field_id", "cents", "record_id"],
            unique=False,
            sqlite_where=sa.text('"cents" IS NOT NULL'),
            postgresql_where=sa.text('"cents" IS NOT NULL'),
        )
        batch_op.create_index(
            "ix_field_value_choice",
            ["field_id", "choice", "record_id"],
            unique=False,
            sqlite_where=sa.text('"choice" IS NOT NULL'),
            postgresql_where=sa.text('"choice" IS NOT NULL'),
        )
        batch_op.create_index(
            "ix_field_value_company",
            ["company_id"],
            unique=False,
            sqlite_where=sa.text("company_id IS NOT NULL"),
            postgresql_where=sa.text("company_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_field_value_contact",
            ["contact_id"],
            unique=False,
            sqlite_where=sa.text("contact_id IS NOT NULL"),
            postgresql_where=sa.text("contact_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_field_value_deal",
            ["deal_id"],
            unique=False,
            sqlite_where=sa.text("deal_id IS NOT NULL"),
            postgresql_where=sa.text("deal_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_field_value_flag",
            ["field_id", "flag", "record_id"],
            unique=False,
            sqlite_where=sa.text('"flag" IS NOT NULL'),
            postgresql_where=sa.text('"flag" IS NOT NULL'),
        )
        batch_op.create_index(
            "ix_field_value_number",
            ["field_id", "number", "record_id"],
            unique=False,
            sqlite_where=sa.text('"number" IS NOT NULL'),
            postgresql_where=sa.text('"number" IS NOT NULL'),
        )
        batch_op.create_index(
            "ix_field_value_on",
            ["field_id", "on", "record_id"],
            unique=False,
            sqlite_where=sa.text('"on" IS NOT NULL'),
            postgresql_where=sa.text('"on" IS NOT NULL'),
        )
        batch_op.create_index(
            "ix_field_value_ref",
            ["field_id", "ref", "record_id"],
            unique=False,
            sqlite_where=sa.text('"ref" IS NOT NULL'),
            postgresql_where=sa.text('"ref" IS NOT NULL'),
        )
        batch_op.create_index(
            "ix_field_value_text",
            ["field_id", "sort_text", "record_id"],
            unique=False,
            sqlite_where=sa.text('"sort_text" IS NOT NULL'),
            postgresql_where=sa.text('"sort_text" IS NOT NULL'),
        )
        batch_op.create_index(
            "uq_field_value_match",
            ["field_id", "match_key"],
            unique=True,
            sqlite_where=sa.text("is_unique"),
            postgresql_where=sa.text("is_unique"),
        )

    op.create_table(
        "note_draft",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_note_draft_company_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_note_draft_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_note_draft_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_note_draft_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_draft")),
        sa.UniqueConstraint("user_id", "place", name=op.f("uq_note_draft_user_id_place")),
    )
    with op.batch_alter_table("note_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_draft_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_draft_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_draft_deal_id"), ["deal_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column(
            "stored_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "company_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("deal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "removed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id"],
            ["company.id"],
            name=op.f("fk_attachment_company_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
            name=op.f("fk_attachment_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["deal_id"], ["deal.id"], name=op.f("fk_attachment_deal_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_attachment_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["removed_by_id"], ["user.id"], name=op.f("fk_attachment_removed_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["stored_id"], ["stored_file.id"], name=op.f("fk_attachment_stored_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_attachment_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_company", ["company_id", "id"], unique=False)
        batch_op.create_index("ix_attachment_contact", ["contact_id", "id"], unique=False)
        batch_op.create_index("ix_attachment_deal", ["deal_id", "id"], unique=False)
        batch_op.create_index("ix_attachment_entry", ["entry_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attachment_stored_id"), ["stored_id"], unique=False)

    op.create_table(
        "entry_text",
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_entry_text_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_entry_text_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_text")),
    )
    with op.batch_alter_table("entry_text", schema=None) as batch_op:
        batch_op.create_index("ix_entry_text_entry", ["entry_id", "id"], unique=False)

    with op.batch_alter_table("company", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index(batch_op.f("ix_company_parent_id"), ["parent_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_company_parent_id"),
            "company",
            ["parent_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(), nullable=False, server_default=""))

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contact_owner_in",
            ["owner_id", "last_in_at"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    with op.batch_alter_table("contact_email", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state_reason", sa.String(), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("contact_phone", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("state_reason", sa.String(), nullable=False, server_default="")
        )

    with op.batch_alter_table("deal", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deal_amount",
            ["amount_cents", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.create_index(
            "ix_deal_close_on",
            ["close_on", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.create_index(
            "ix_deal_created",
            ["created_at", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.create_index(
            "ix_deal_name",
            ["sort_name", "id"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.create_index(
            "ix_deal_owner_stage",
            ["owner_id", "stage_id"],
            unique=False,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    with op.batch_alter_table("entry", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "private_to_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(
            sa.Column(
                "parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("pinned_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "removed_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
            )
        )
        batch_op.create_index("ix_entry_parent", ["parent_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_entry_removed_by_id"), "user", ["removed_by_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_entry_private_to_id"), "user", ["private_to_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_entry_parent_id"), "entry", ["parent_id"], ["id"], ondelete="CASCADE"
        )

    with op.batch_alter_table("quiz", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("may_share", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("asks_back", sa.Boolean(), nullable=False, server_default=sa.true())
        )

    with op.batch_alter_table("result_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("n", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("remind_step", sa.String(), nullable=False, server_default="due")
        )
        batch_op.add_column(
            sa.Column(
                "due_set_at",
                sa.DateTime(timezone=True),
                nullable=False,
                server_default="1970-01-01 00:00:00",
            )
        )

    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_oldest_first", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_index("uq_enrolment_active")
    op.create_index(
        "uq_enrolment_active",
        "enrolment",
        ["sequence_id", "contact_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('active', 'paused', 'waiting')"),
        postgresql_where=sa.text("state IN ('active', 'paused', 'waiting')"),
    )
    op.execute("UPDATE task SET due_set_at = created_at")
    _keep_history()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.DDL(postgres_function().replace("%", "%%")))
    _search_texts()
    _find_again()


def _keep_history() -> None:
    """The history is append-only: its values may be emptied (erasing), nothing else."""
    kept = ("id", "change_set_id", "table_name", "row_id", "op")
    emptied = "NEW.old IS NULL AND NEW.new IS NULL"
    emptied += "".join(f" AND NEW.{name} = OLD.{name}" for name in kept)
    words = "the history is append-only"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION history_stays() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{words}'; END $$"
        )
        for name, when, table, condition in (
            ("change_set_stays", "UPDATE OR DELETE", "change_set", ""),
            ("change_value_stays", "DELETE", "change_value", ""),
            ("change_value_kept", "UPDATE", "change_value", f"WHEN (NOT ({emptied}))"),
        ):
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW {condition} "
                "EXECUTE FUNCTION history_stays()"
            )
        return
    for table, moment, condition in (
        ("change_set", "UPDATE", ""),
        ("change_set", "DELETE", ""),
        ("change_value", "DELETE", ""),
        ("change_value", "UPDATE", f"WHEN NOT ({emptied})"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_{moment.lower()} BEFORE {moment} ON {table} {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )


def _search_texts() -> None:
    """What was written about records is found; the database keeps the index in step itself."""
    kinds = "'note', 'call', 'meeting', 'mail_in', 'external'"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_entry_fts ON entry USING gin "
            f"(to_tsvector('simple', tend_fold(body))) WHERE kind IN ({kinds})"
        )
        return
    into = (
        "INSERT INTO entry_fts(rowid, body) SELECT NEW.id, tend_fold(NEW.body) "
        f"WHERE NEW.body <> '' AND NEW.kind IN ({kinds});"
    )
    out = (
        "INSERT INTO entry_fts(entry_fts, rowid, body) SELECT 'delete', OLD.id, "
        f"tend_fold(OLD.body) WHERE OLD.body <> '' AND OLD.kind IN ({kinds});"
    )
    op.execute("CREATE VIRTUAL TABLE entry_fts USING fts5(body, content='', tokenize='unicode61')")
    for name, moment, act in (
        ("insert", "INSERT", into),
        ("delete", "DELETE", out),
        ("update", "UPDATE OF body", f"{out} {into}"),
    ):
        op.execute(f"CREATE TRIGGER entry_fts_{name} AFTER {moment} ON entry BEGIN {act} END")


def _find_again() -> None:
    """What was written before this version is found too."""
    if op.get_bind().dialect.name == "postgresql":
        return  # its index is made from the rows that are there
    op.execute(
        "INSERT INTO entry_fts(rowid, body) SELECT id, tend_fold(body) FROM entry "
        "WHERE body <> '' AND kind IN ('note', 'call', 'meeting', 'mail_in', 'external')"
    )


def downgrade() -> None:
    raise RuntimeError("Tend goes forward only: restore the backup made before the upgrade.")
