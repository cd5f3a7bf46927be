"""Pages of bringing files in and writing lists out."""

from crm.transfer.routes import exporting, importing

BLUEPRINTS = [importing.bp, exporting.bp]
