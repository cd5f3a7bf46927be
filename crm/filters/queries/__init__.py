"""Reading by conditions."""

from crm.filters.queries.compiling import Compiler
from crm.filters.queries.viewers import Eyes, eyes_of, week_start

__all__ = ["Compiler", "Eyes", "eyes_of", "week_start"]
