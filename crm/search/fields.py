"""What search does at start: every change of a name is found, and names are offered to inputs."""

from typing import Any

from flask import Flask, url_for

from crm.search import actions, offering, wording
from crm.web.session import reader


def init_app(app: Flask) -> None:
    """Keep the words of records in step with the records; let inputs offer names."""
    actions.listen()
    wording.listen()
    app.add_template_global(last_names, "last_names")
    app.add_template_global(searching, "searching")


def last_names(kind: str) -> list[str]:
    """Names beside an input for records of a kind, until something is typed."""
    return offering.last(reader(), kind)


def searching(id: str, name: str, kind: str) -> dict[str, Any]:
    """What an input says that asks for such texts as one types, into the list beside it.

    The id of the list has a number: it is filled with a part, not with a block of a page.
    """
    return {
        "list": f"{id}-names-1",
        "autocomplete": "off",
        "hx-get": url_for("search.names", of=kind, by=name),
        "hx-trigger": "focus once, input changed delay:200ms",
        "hx-target": f"#{id}-names-1",
        "hx-swap": "innerHTML",
        "hx-sync": "this:replace",
    }
