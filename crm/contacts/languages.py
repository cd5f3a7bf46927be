"""The languages that a contact may be written to in, as people choose them."""

from flask_babel import lazy_gettext as _l

LANGUAGES = [
    ("", _l("Not known")),
    ("en", _l("English")),
    ("de", _l("German")),
    ("fr", _l("French")),
    ("es", _l("Spanish")),
    ("it", _l("Italian")),
    ("nl", _l("Dutch")),
    ("pl", _l("Polish")),
    ("pt", _l("Portuguese")),
    ("sv", _l("Swedish")),
    ("da", _l("Danish")),
]
