"""Pages of deals: the board, one deal, its closing, and the pipelines."""

from flask import Flask
from flask_babel import gettext as _

from crm.deals.routes import board, deals, pipelines
from crm.deals.rules import LOST_REASONS

BLUEPRINTS = [board.bp, deals.bp, pipelines.bp]


def init_app(app: Flask) -> None:
    """Let templates say why a deal was lost."""
    app.add_template_global(lambda reason: _(LOST_REASONS[reason]), "reason_words")
