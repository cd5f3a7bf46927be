"""Pages of bringing files in, writing lists out, and what one person is owed."""

from crm.transfer.routes import exporting, importing, subjects, values

BLUEPRINTS = [importing.bp, exporting.bp, subjects.bp]

__all__ = ["BLUEPRINTS", "values"]
