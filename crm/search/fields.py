"""What search does at start: from now on every change of a name is found."""

from flask import Flask

from crm.search import actions, wording


def init_app(_app: Flask) -> None:
    """Keep the words of records in step with the records."""
    actions.listen()
    wording.listen()
