"""Reading by conditions: the engine, pages of lists, views and segments."""

from crm.filters.queries.asking import Asked
from crm.filters.queries.compiling import Compiler
from crm.filters.queries.engine import Engine, engine_of, field_named
from crm.filters.queries.exclusions import excluding, is_lost, unreadable
from crm.filters.queries.grouped import Grouped, grouped
from crm.filters.queries.groups import Group, group, months
from crm.filters.queries.listing import MOST, ROWS, Lines, Order, Part, count, neighbours, part
from crm.filters.queries.menu import Menu
from crm.filters.queries.segments import segment_for, segments_for, segments_of
from crm.filters.queries.viewers import Eyes, eyes_of, week_start
from crm.filters.queries.views import may_change, shelf_of, view_for, views_of

__all__ = [
    "MOST",
    "ROWS",
    "Asked",
    "Compiler",
    "Engine",
    "Eyes",
    "Group",
    "Grouped",
    "Lines",
    "Menu",
    "Order",
    "Part",
    "count",
    "engine_of",
    "excluding",
    "eyes_of",
    "field_named",
    "group",
    "grouped",
    "is_lost",
    "may_change",
    "months",
    "neighbours",
    "part",
    "segment_for",
    "segments_for",
    "segments_of",
    "shelf_of",
    "unreadable",
    "view_for",
    "views_of",
    "week_start",
]
