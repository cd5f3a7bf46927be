"""Storing, hanging up and taking down files."""

import hashlib
import importlib
import os
import tempfile
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from crm.accounts.models import User
from crm.core import clock
from crm.core.db import after_commit, db, run
from crm.core.refusal import Refused
from crm.files.models import Attachment, StoredFile
from crm.files.rules import (
    MEGABYTE,
    MOST_BYTES,
    MOST_FILES,
    MOST_PIXELS,
    PICTURE_ENDINGS,
    PICTURES,
    clean_name,
    ending,
    is_program,
)

KEPT = timedelta(days=30)  # a removed file can be put back so long
YOUNG_SECONDS = 24 * 3600  # a file without a row may belong to a request that is still at work


@dataclass(frozen=True)
class Kept:
    """A file on disk that no record knows yet: what `attach` needs. `size` in bytes."""

    name: str
    sha256: str
    size: int
    media_type: str = ""


def folder() -> Path:
    """Where files lie; private to the account that runs Tend."""
    found = current_app.extensions["tend.config"].data_dir / "files"
    found.mkdir(mode=0o700, exist_ok=True)
    return found


def keep(raw_name: str, stream: IO[bytes]) -> Kept:
    """Put an upload on disk, before any transaction opens; it counts once `attach` names it.

    Pictures are written anew, without what cameras note in them (security I5). Refuses programs,
    empty files, files over 20 MiB and pictures that are none or too large.
    """
    name = clean_name(raw_name)
    if is_program(name):
        raise Refused(
            _("“%(name)s” is a program. Put it into a zip file, or send a link.", name=name),
            field="files",
        )
    data = stream.read(MOST_BYTES + 1)
    if not data:
        raise Refused(_("“%(name)s” is empty.", name=name), field="files")
    if len(data) > MOST_BYTES:
        most = MOST_BYTES // MEGABYTE
        raise Refused(
            _("“%(name)s” is larger than %(most)s MB.", name=name, most=most), field="files"
        )
    media_type = ""
    if ending(name) in PICTURE_ENDINGS:
        data, media_type = _redrawn(name, data)
    sha256 = hashlib.sha256(data).hexdigest()
    _write(folder() / sha256, data)
    return Kept(name, sha256, len(data), media_type)


def keep_all(uploads: Iterable[Any]) -> tuple[Kept, ...]:
    """Put several uploads of a form on disk; fields without a file do not count.

    Refuses more than MOST_FILES, and what `keep` refuses.
    """
    sent = [one for one in uploads if getattr(one, "filename", "")]
    if len(sent) > MOST_FILES:
        raise Refused(_("At most %(count)s files at once.", count=MOST_FILES), field="files")
    return tuple(keep(one.filename, one.stream) for one in sent)


def _redrawn(name: str, data: bytes) -> tuple[bytes, str]:
    """A picture as our own library writes it: nothing but pixels is left."""
    no_picture = Refused(
        _("“%(name)s” cannot be read as a picture. Save it anew, or zip it.", name=name),
        field="files",
    )
    image: Any = importlib.import_module("PIL.Image")  # costs every start 15 ms, few pictures come
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", image.DecompressionBombWarning)
            picture = image.open(BytesIO(data), formats=list(PICTURES))
            if picture.width * picture.height > MOST_PIXELS:
                raise Refused(
                    _("“%(name)s” has more than 25 million pixels. Make it smaller.", name=name),
                    field="files",
                )
            kind = str(picture.format)
            return _rewritten(picture, kind), PICTURES[kind]
    except (
        image.UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError,
        image.DecompressionBombError, image.DecompressionBombWarning,
    ):  # fmt: skip
        raise no_picture from None


def _rewritten(picture: Any, kind: str) -> bytes:
    out = BytesIO()
    if getattr(picture, "n_frames", 1) > 1:
        picture.save(out, kind, save_all=True)
    else:
        upright = importlib.import_module("PIL.ImageOps").exif_transpose(picture)
        upright.info = {key: upright.info[key] for key in ("transparency",) if key in upright.info}
        upright.save(out, kind, **({"quality": 90} if kind == "JPEG" else {}))
    return out.getvalue()


def _write(path: Path, data: bytes) -> None:
    """Whole and on disk before it has its name; one that is there is only marked as fresh."""
    if path.exists():
        os.utime(path)
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-", delete=False) as part:
        part.write(data)
        part.flush()
        os.fsync(part.fileno())
    os.replace(part.name, path)


def attach(
    kept: Kept,
    *,
    by: User,
    contact_id: int | None = None,
    company_id: int | None = None,
    deal_id: int | None = None,
    entry_id: int | None = None,
) -> Attachment:
    """Hang a kept file on a record, and on the timeline entry that brought it."""
    now = clock.now()
    attachment = Attachment(
        stored=_stored(kept), name=kept.name, contact_id=contact_id, company_id=company_id,
        deal_id=deal_id, entry_id=entry_id, user_id=by.id, created_at=now,
    )  # fmt: skip
    db.session.add(attachment)
    db.session.flush()
    return attachment


def _stored(kept: Kept) -> StoredFile:
    """The row of these bytes; one that was there is marked as fresh, so no sweep takes it now."""
    now = clock.now()
    insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(StoredFile).values(
        sha256=kept.sha256, size=kept.size, media_type=kept.media_type, created_at=now
    )
    row = row.on_conflict_do_update(index_elements=["sha256"], set_={"created_at": now})
    return db.session.scalars(row.returning(StoredFile)).one()


def attach_all(kept: Sequence[Kept], *, by: User, **ids: int | None) -> list[Attachment]:
    """Hang up several files at once; `ids` as in `attach`."""
    return [attach(one, by=by, **ids) for one in kept]


def remove(attachment: Attachment, by: User) -> None:
    """Take a file down; for 30 days it can be put back."""
    attachment.removed_at, attachment.removed_by_id = clock.now(), by.id


def put_back(attachment: Attachment) -> None:
    """Hang a removed file up again."""
    attachment.removed_at = attachment.removed_by_id = None


def burn(attachments: Sequence[Attachment]) -> None:
    """Delete files for good, their bytes too once the transaction has committed (erasing).

    Bytes that hang elsewhere as well stay.
    """
    stored = {one.stored.id: one.stored.sha256 for one in attachments}
    for one in attachments:
        db.session.delete(one)
    db.session.flush()
    held = set(
        db.session.scalars(select(Attachment.stored_id).where(Attachment.stored_id.in_(stored)))
    )
    for number in stored.keys() - held:
        db.session.execute(delete(StoredFile).where(StoredFile.id == number))
        after_commit(partial(_unlink, folder() / stored[number]))


def _unlink(path: Path) -> None:
    path.unlink(missing_ok=True)


def sweep() -> int:
    """Forget what was removed 30 days ago, and delete bytes that no row names; how many bytes went.

    The rows go first and commit: a crash leaves bytes without a row, never a row without bytes.
    """
    run(_forget)
    named = set(db.session.scalars(select(StoredFile.sha256)))
    freed = 0
    with tempfile.NamedTemporaryFile(dir=folder(), prefix=".now-") as fresh:
        now = os.stat(fresh.name).st_mtime  # the disk's own clock, which wrote the other times
    for path in folder().iterdir():
        if path.name not in named and now - path.stat().st_mtime > YOUNG_SECONDS:
            freed += path.stat().st_size
            path.unlink(missing_ok=True)
    return freed


def _forget() -> None:
    before = clock.now() - KEPT
    db.session.execute(delete(Attachment).where(Attachment.removed_at < before))
    db.session.execute(
        delete(StoredFile).where(
            StoredFile.created_at < clock.now() - timedelta(seconds=YOUNG_SECONDS),
            StoredFile.id.not_in(select(Attachment.stored_id)),
        )
    )
