"""One line for whoever was given much at once, instead of one for each row."""

from collections.abc import Callable, Mapping
from typing import Any

from crm.batches.models import Batch
from crm.notices import actions as notices


def tell_new_owner(
    title: Callable[[Batch], str], url: str
) -> Callable[[Batch, Mapping[str, Any]], None]:
    """The `finish` of an act whose option "to" is who has the rows now."""

    def finish(batch: Batch, options: Mapping[str, Any]) -> None:
        if options["to"] and options["to"] != batch.user_id and batch.counts.get("done"):
            notices.tell(
                options["to"],
                kind="assignment",
                title=title(batch),
                body="",
                url=url,
                dedupe_key=f"batch:{batch.id}:given",
            )

    return finish
