"""Pages of the timeline and of tasks."""

from flask import Flask
from markupsafe import Markup

from crm.activities.routes import following, notes, records, tasks
from crm.activities.routes.panel import timeline_of
from crm.activities.routes.words import entry_words
from crm.activities.rules import note_html

BLUEPRINTS = [records.bp, notes.bp, tasks.bp]


def init_app(app: Flask) -> None:
    """Give every record page its timeline, and notes their form."""
    app.add_template_global(timeline_of, "timeline_of")
    app.add_template_global(following.cadence, "cadence")
    app.add_template_filter(following.time_in, "time_in")
    app.add_template_global(entry_words, "entry_words")
    # Markup: note_html has just cleaned it with nh3.
    app.add_template_filter(lambda text: Markup(note_html(text or "")), "note")  # noqa: S704
