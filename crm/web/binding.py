"""Fields of a form made from those of the form before: their descriptions do not change.

WTForms looks through validators, widget and flags of each field at each form, and builds objects
that are the same every time: that takes longer than reading what was sent.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from wtforms.fields.core import Label


class Made(NamedTuple):
    """What a field holds before anything is read into it.

    `own` are lists that it may change. `label` leads to no input where it stands over several.
    """

    values: dict[str, Any]
    own: tuple[str, ...]
    label: Label
    name: str | None
    translations: Any


class Meta:
    """How forms make their fields, for the `Meta` of a form class."""

    def bind_field(self, form: Any, unbound: Any, options: dict[str, Any]) -> Any:
        """The field of `unbound` for this form, as WTForms makes it."""
        made: Made | None = getattr(unbound, "tend_made", None)
        if made is None or not _fits(made, options):
            field = unbound.bind(form=form, **options)
            unbound.tend_made = _made(field, unbound, options)
            return field
        return _again(made, form, unbound, options)


def _fits(made: Made, options: Mapping[str, Any]) -> bool:
    if made.translations is not options.get("translations"):
        return False
    return made.name is None or made.name == options["name"]


def _made(field: Any, unbound: Any, options: Mapping[str, Any]) -> Made | None:
    """What another field of this description begins with; None where it depends on its form."""
    values = dict(field.__dict__)
    if values.get("_datalist") is not None:
        return None
    given = [*unbound.args, *unbound.kwargs.values()]
    lists = [name for name, value in values.items() if isinstance(value, list | dict)]
    own = [name for name in lists if not any(values[name] is one for one in given)]
    values |= {name: values[name].copy() for name in own}
    # A label that nobody gave is made of the name.
    label = Label(field.label.field_id, field.label.text)
    name = None if any(label.text is one for one in given) else options["name"]
    return Made(values, tuple(own), label, name, options.get("translations"))


def _again(made: Made, form: Any, unbound: Any, options: Mapping[str, Any]) -> Any:
    short = options["name"]
    name = options.get("prefix", "") + short
    number = options.get("id") or unbound.kwargs.get("id") or name
    field = object.__new__(unbound.field_class)
    held = field.__dict__
    held.update(made.values)
    for key in made.own:
        held[key] = held[key].copy()
    held["_form"], held["meta"] = form, options.get("_meta") or form.meta
    held["name"], held["short_name"], held["id"] = name, short, number
    held["label"] = Label(number if made.label.field_id else False, made.label.text)
    return field
