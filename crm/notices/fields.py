"""What notices offer to the frame: the number at the bell."""

from flask import Flask

from crm.notices.queries import unread


def init_app(app: Flask) -> None:
    """Let the frame ask how many notices are new."""
    app.extensions["tend.bell"] = unread
