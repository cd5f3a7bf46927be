"""Pages of work over many records: choosing an act, the dry run, how it goes, what came of it."""

from crm.batches.routes import cells, choosing, pages

BLUEPRINTS = [pages.bp, cells.bp]

__all__ = ["BLUEPRINTS", "choosing"]
