"""What batches offer to templates."""

from flask import Flask
from flask_babel import lazy_gettext as _l

STATE_WORDS = {
    "waiting": _l("Not checked yet"),
    "planned": _l("To do"),
    "creates": _l("To add"),
    "updates": _l("To change"),
    "created": _l("Created"),
    "updated": _l("Updated"),
    "done": _l("Done"),
    "skipped": _l("Skipped"),
    "refused": _l("Refused"),
}


def init_app(app: Flask) -> None:
    """Let templates write the states of rows in words."""
    app.jinja_env.globals["batch_word"] = lambda state: STATE_WORDS.get(state, state)
