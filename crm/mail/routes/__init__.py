"""Pages of the team about mail."""

from crm.mail.routes import outbox, settings, suppressions

BLUEPRINTS = [settings.bp, outbox.bp, suppressions.bp]
