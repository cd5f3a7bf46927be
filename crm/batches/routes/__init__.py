"""Pages of work over many records: choosing an act, the dry run, how it goes, what came of it."""

from crm.batches.routes import choosing, pages

BLUEPRINTS = [pages.bp]

__all__ = ["BLUEPRINTS", "choosing"]
