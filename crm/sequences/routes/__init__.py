"""Pages of the team about sequences."""

from crm.sequences.routes import editing, enrolments, sequences

BLUEPRINTS = [sequences.bp, editing.bp, enrolments.bp]
