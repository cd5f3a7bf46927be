"""Reading fields and what records say for them."""

from crm.fields.queries.definitions import (
    archived,
    catalogue,
    custom_from,
    custom_of,
    customs,
    defined,
    definition,
    field_of,
    fields_of,
    forget,
    team_options,
)
from crm.fields.queries.rows import COLUMNS, CUSTOM_RECORDS, LINKS, kind_of, plain_of_rows
from crm.fields.queries.values import (
    Shown,
    list_values,
    may_refer,
    named,
    names_like,
    shown_of,
    use_of,
    values_of,
)

__all__ = [
    "COLUMNS",
    "CUSTOM_RECORDS",
    "LINKS",
    "Shown",
    "archived",
    "catalogue",
    "custom_from",
    "custom_of",
    "customs",
    "defined",
    "definition",
    "field_of",
    "fields_of",
    "forget",
    "kind_of",
    "list_values",
    "may_refer",
    "named",
    "names_like",
    "plain_of_rows",
    "shown_of",
    "team_options",
    "use_of",
    "values_of",
]
