"""The pages of the history: everything, one record's, one change, and taking it back."""

from crm.history.routes import log, records, trash, undoing
from crm.history.routes.base import bp
from crm.history.routes.many import BATCHES

BLUEPRINTS = [bp]

__all__ = ["BATCHES", "BLUEPRINTS", "log", "records", "trash", "undoing"]
