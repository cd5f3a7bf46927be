"""Taking a file in, mapping it, and beginning its dry run."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from crm.accounts.models import User
from crm.accounts.queries import workspace
from crm.accounts.rules import may
from crm.batches import actions as batches
from crm.batches.models import Batch
from crm.contacts.rules import tag_name, tags_typed
from crm.core import clock
from crm.core.db import db
from crm.core.refusal import Refused
from crm.fields import actions as fields
from crm.transfer import deciding, queries
from crm.transfer.actions.keeping import keep_preset
from crm.transfer.drafts import LISTED
from crm.transfer.models import Import, ImportKey, ImportPreset
from crm.transfer.opening import FirstRows, first_rows, opened, words_of
from crm.transfer.rules import habits as reading
from crm.transfer.rules.guessing import guess
from crm.transfer.rules.mapping import POLICIES, Column, usual_policy
from crm.transfer.rules.outgoing import OWN
from crm.transfer.rules.sheet import Unreadable
from crm.transfer.writers import WRITERS

KINDS = {".csv": "csv", ".tsv": "csv", ".txt": "csv", ".xlsx": "xlsx", ".vcf": "vcf"}
MOST_BYTES = 20 * 1024 * 1024
KEPT = timedelta(days=30)
SAMPLE_ROWS = 20
FORGOTTEN = 20_000  # keys
OUR_HABITS = {"decimal": ".", "order": "ymd"}  # how our own files write numbers and days
NEW = "new:"  # a column that becomes a field of its own: "new:text"


def read(record: str, name: str, data: bytes, by: User) -> Import:
    """An upload and how it is written, to be kept by `take`. Raises Refused in words about it.

    Reading takes its time: nobody is kept from writing meanwhile.
    """
    kind = KINDS.get(Path(name).suffix.lower())
    if kind is None:
        raise Refused(_("Choose a .csv, .tsv, .xlsx or .vcf file."), field="file")
    if not data:
        raise Refused(_("The file is empty."), field="file")
    if kind == "vcf" and record != "contact":
        raise Refused(_("Cards hold people. Import them as contacts."), field="file")
    found = Import(
        user_id=by.id, record=record, name=name[:200], kind=kind, data=data, size=len(data),
        habits={}, columns=[], match=next(iter(WRITERS[record].matches)), created_at=clock.now(),
    )  # fmt: skip
    _guess(found, by, first_rows(found), is_new=True)
    return found


def take(found: Import) -> Import:
    """Keep an upload that was read; nothing of it is stored as records yet."""
    db.session.add(found)
    db.session.flush()
    return found


def look(found: Import, by: User, seen: FirstRows) -> None:
    """Guess anew from the first rows, read under what was said meanwhile.

    A dry run that was not followed is left. Raises Refused when the import began already.
    """
    _leave_dry_run(found, by)
    _guess(found, by, seen, is_new=False)


def _guess(found: Import, by: User, seen: FirstRows, *, is_new: bool) -> None:
    header, rows = seen.header, seen.rows
    cells = [cell for row in rows for cell in row]
    house = workspace()
    found.habits = {
        "decimal": reading.decimal_of(cells, _usual_decimal(found, house)),
        "order": reading.order_of(cells),
        "zone": found.habits.get("zone") or by.timezone,
        "country": found.habits.get("country") or (house.country if house else "DE"),
        **(OUR_HABITS if OWN in header else {}),
        **seen.how,
    }
    if OWN in header:
        found.match = "tend"
    found.sample = {
        "header": list(header), "rows": [list(row) for row in rows[:SAMPLE_ROWS]],
        "top": [list(line) for line in seen.top], "sheets": list(seen.sheets),
    }  # fmt: skip
    known = queries.labels(found.record)
    is_sheet_of_ours = OWN in header and found.kind != "vcf"
    keys = (
        queries.own_keys(header, found.record) if is_sheet_of_ours else guess(header, rows, known)
    )
    keys = ["tend" if name == OWN else key for name, key in zip(header, keys, strict=True)]
    names = [] if is_new else [one["name"] for one in found.columns]
    chosen = {one["name"]: one for one in found.columns if names.count(one["name"]) == 1}
    found.columns = [
        chosen.get(name) or Column(name, key, usual_policy(key)).plain
        for name, key in zip(header, keys, strict=True)
    ]


def _usual_decimal(found: Import, house: Any) -> str:
    """What stands before decimals where no cell tells; numbers of workbooks come with a point."""
    return "," if house and house.country != "US" and found.kind != "xlsx" else "."


def map_columns(
    found: Import,
    by: User,
    *,
    columns: Sequence[Column],
    match: str,
    habits: dict[str, str],
    tags: str = "",
    preset: str = "",
    words: Mapping[str, list[str]] | None = None,
) -> None:
    """Say where each column goes, and make the fields that are new; `begin` goes on.

    `words` are the choices of new lists by column (`new_choices`). A dry run that was not followed
    is left. Raises Refused when nothing is mapped, when no column can find a record, or when the
    import began already.
    """
    _leave_dry_run(found, by)
    known = {(one["name"], one["key"]): one.get("values") or {} for one in found.columns}
    mapped = [
        replace(made, values=known.get((made.name, made.key), {}))
        for made in (_with_field(found, column, by, words or {}) for column in columns)
    ]
    keys = [column.key for column in mapped if column.key]
    if not keys:
        raise Refused(_("Choose a field for at least one column."))
    twice = {key for key in keys if keys.count(key) > 1 and key != "note"}
    twice -= set(LISTED[found.record])
    if twice:
        names = ", ".join(str(queries.labels(found.record).get(key, key)) for key in twice)
        raise Refused(_("Two columns go to the same field: %(names)s.", names=names))
    if match not in WRITERS[found.record].matches:
        raise Refused(_("Choose by what rows find their records."), field="match")
    found.columns = [column.plain for column in mapped]
    _check_tags(tags)
    found.match, found.tags = match, tags.strip()
    found.habits = {**found.habits, **habits, "preset": preset.strip()[:60]}
    if found.habits["preset"]:
        keep_preset(found, found.habits["preset"], by)


def unknown(found: Import) -> list[dict[str, Any]]:
    """The words of the file that nothing is called, by column (deciding.Unknown.plain).

    It reads the whole file: outside of a transaction nobody waits for it.
    """
    try:
        with opened(found) as sheet:
            rows = (line.cells for line in sheet.lines if not line.problem)
            return [one.plain for one in deciding.unknown_in(found, rows)]
    except Unreadable:
        return []  # the dry run says where it breaks off


def begin(found: Import, by: User, *, asked: Sequence[dict[str, Any]] = ()) -> None:
    """Begin the dry run, unless words of the file are to be `asked` about first."""
    _leave_dry_run(found, by)
    found.sample = {**found.sample, "unknown": list(asked)}
    if not asked:
        _plan(found, by)


def decide(found: Import, by: User, said: Mapping[tuple[int, str], str]) -> None:
    """Keep what unknown words mean (deciding.decided), with the mapping too, and begin the dry run.

    Raises Refused as `map_columns` and `decided` do.
    """
    _leave_dry_run(found, by)
    found.columns = [column.plain for column in deciding.decided(found, said, by)]
    if found.habits.get("preset"):
        keep_preset(found, found.habits["preset"], by)
    _plan(found, by)


def _plan(found: Import, by: User) -> None:
    batch = batches.plan_file("transfer.import", by=by, options={"import": found.id})
    found.batch_id = batch.id


def _check_tags(tags: str) -> None:
    for name in tags_typed(tags):
        try:
            tag_name(name)
        except ValueError as error:
            raise Refused(str(error), field="tags") from None


def _leave_dry_run(found: Import, by: User) -> None:
    batch = db.session.get(Batch, found.batch_id) if found.batch_id else None
    if batch is not None and batch.started_at is not None:
        raise Refused(_("This file is on its way already. Upload it again to map it anew."))
    if batch is not None and batch.state in ("filling", "checking", "checked"):
        batches.cancel(batch, by)
    found.batch_id = None


def new_choices(found: Import, columns: Sequence[Column]) -> dict[str, list[str]]:
    """The words of the columns that become lists, read before the transaction that adds these."""
    return {
        column.name: words_of(found, place, is_multi=column.key == f"{NEW}multi")
        for place, column in enumerate(columns)
        if column.key in {f"{NEW}select", f"{NEW}multi"}
    }


def _with_field(found: Import, column: Column, by: User, words: Mapping[str, list[str]]) -> Column:
    """A column that is new becomes a field of its own, on the spot."""
    if not (column.key or "").startswith(NEW):
        return column
    if not may(by, "manage_fields"):
        raise Refused(_("Your role may not add fields. Leave “%(name)s” out.", name=column.name))
    kind = str(column.key).removeprefix(NEW)
    options = words.get(column.name, [])
    made = fields.create(found.record, column.name[:60], kind, by=by, options=options)
    policy = column.policy if column.policy in POLICIES else "fill"
    return Column(column.name, f"cf_{made.id}", policy)


def use_preset(found: Import, preset: ImportPreset, by: User) -> None:
    """Map a file as an earlier one of the same column names; a dry run not followed is left."""
    _leave_dry_run(found, by)
    known = {column["name"]: column for column in preset.columns}
    found.columns = [
        {**column, **{key: known[column["name"]].get(key) for key in ("key", "policy", "values")}}
        if column["name"] in known
        else {**column, "key": None}
        for column in found.columns
    ]
    found.match = preset.match or found.match
    found.habits = {**found.habits, **preset.habits}


def forget_files() -> None:
    """Empty files 30 days after their upload; what they brought stays.

    What dry runs kept for their next piece goes once they have ended, some of it each time.
    """
    ended = select(Batch.id).where(Batch.state.not_in(("filling", "checking")))
    keys = select(ImportKey.id).where(ImportKey.batch_id.in_(ended)).limit(FORGOTTEN)
    db.session.execute(delete(ImportKey).where(ImportKey.id.in_(keys)))
    db.session.execute(
        update(Import)
        .where(Import.created_at < clock.now() - KEPT, Import.data.is_not(None))
        .values(data=None, sample={})
    )
