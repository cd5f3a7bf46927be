"""What a kind of list offers: its feature says so in its `LISTS`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crm.accounts.models import User
from crm.filters.queries.groups import Group

if TYPE_CHECKING:
    from crm.filters.queries.asking import Asked

Raw = dict[str, Any]


@dataclass(frozen=True)
class Menu:
    """What a kind of list offers.

    `quick`: short parameters, each with the condition it stands for (None: it makes no sense and
    asks nothing). `names`: further parameters of the page. `columns`: those shown at first;
    `extra`: columns that are no fields, by key with their words, `extra_sorts` what these are
    sorted by; `major`: those a phone shows too. `sorts`: older names of orders. `groups`: the
    fields it may be grouped by, each with what makes its groups (None: as its kind is); each has
    an index, and the house's own fields of such kinds are offered too. `usual`: the
    order where none is asked for and it hangs on the page: a field, and whether it is turned.
    `repeats`: a record may stand in several groups, as the page draws it.
    `scope`: what else the parameters of the page ask for, as conditions.
    """

    record: str
    url: str
    quick: Mapping[str, Callable[[User, str], Raw | None]] = field(default_factory=dict)
    names: tuple[str, ...] = ("q",)
    columns: tuple[str, ...] = ("name",)
    extra: Mapping[str, Any] = field(default_factory=dict)
    extra_sorts: Mapping[str, str] = field(default_factory=dict)
    major: tuple[str, ...] = ("name",)
    sort: str = "name"
    sorts: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, Callable[["Asked"], list[Group]] | None] = field(default_factory=dict)
    usual: Callable[["Asked"], tuple[str, bool]] | None = None
    repeats: bool = False
    scope: Callable[["Asked"], list[Any]] = lambda _asked: []
