"""The team's pages about contacts."""

from crm.contacts.routes import edit, facts, lists, record, tags, ways
from crm.contacts.routes.base import bp

BLUEPRINTS = [bp, tags.bp]

__all__ = ["BLUEPRINTS", "edit", "facts", "lists", "record", "tags", "ways"]
