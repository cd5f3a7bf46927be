"""Lets the session write the history."""

from flask import Flask

from crm.history import writing


def init_app(app: Flask) -> None:
    """Listen to every transaction."""
    writing.listen()
