"""Pages of filters: the builder, columns, saved views and segments."""

from crm.filters.routes import builder, marks, segments, views

BLUEPRINTS = [builder.bp, views.bp, segments.bp, marks.bp]
