"""Pages of the team about mail."""

from crm.mail.routes import outbox, settings

BLUEPRINTS = [settings.bp, outbox.bp]
