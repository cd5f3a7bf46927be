"""Changes to saved views, segments and marks."""

from crm.filters.actions.following import follow, follow_quick
from crm.filters.actions.looks import keep_looks
from crm.filters.actions.marks import mark, note_seen, tell_followers, unmark
from crm.filters.actions.members import add_members, put_in, take_out
from crm.filters.actions.segments import (
    archive_segment,
    change_segment,
    create_segment,
    keep_out_of_sequences,
    look,
    restore_segment,
    transfer_segment,
)
from crm.filters.actions.views import (
    archive_view,
    change_view,
    create_view,
    delete_view,
    pin,
    restore_view,
    save_over,
    snapshot,
    transfer_view,
)

__all__ = [
    "add_members",
    "archive_segment",
    "archive_view",
    "change_segment",
    "change_view",
    "create_segment",
    "create_view",
    "delete_view",
    "follow",
    "follow_quick",
    "keep_looks",
    "keep_out_of_sequences",
    "look",
    "mark",
    "note_seen",
    "pin",
    "put_in",
    "restore_segment",
    "restore_view",
    "save_over",
    "snapshot",
    "take_out",
    "tell_followers",
    "transfer_segment",
    "transfer_view",
    "unmark",
]
