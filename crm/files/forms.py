"""What a person may send as files."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms import TextAreaField
from wtforms.validators import Length, Optional, ValidationError

from crm.core.refusal import Refused
from crm.files.actions import Kept, keep_all
from crm.files.rules import MEGABYTE, MOST_BYTES, MOST_FILES
from crm.web.forms import Form, strip


class FilesForm(Form):
    """Files for a record, with a word about them. `kept` holds them once they lie on disk."""

    files = MultipleFileField(
        _l("Files"),
        description=_l(
            "Up to %(count)s at once, %(size)s MB together.",
            count=MOST_FILES,
            size=MOST_BYTES // MEGABYTE,
        ),
    )
    note = TextAreaField(
        _l("What are they?"), filters=[strip], validators=[Optional(), Length(max=2000)]
    )
    kept: tuple[Kept, ...] = ()

    def validate_files(self, field: Any) -> None:
        """Put them on disk; a file that is refused names itself, and none of them counts."""
        try:
            self.kept = keep_all(field.data or ())
        except Refused as refusal:
            raise ValidationError(refusal.message) from None
        if not self.kept:
            raise ValidationError(_l("Choose a file first."))
