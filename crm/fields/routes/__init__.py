"""Pages of the fields themselves, and of one field of a record."""

from crm.fields.routes import definitions, options, values

BLUEPRINTS = [definitions.bp, values.bp]

__all__ = ["BLUEPRINTS", "options"]
