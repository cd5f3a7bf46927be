"""The filter builder for pages of any feature: read from a form, drawn, and made whole."""

from crm.filters.building.drawing import Built, built, context, is_sent, opened

__all__ = ["Built", "built", "context", "is_sent", "opened"]
