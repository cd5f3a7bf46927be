"""Choices as files name them: by their words, else by their values."""

from flask_babel import gettext as _

from crm.core.folding import fold
from crm.fields.rules import Field

MOST_NAMED = 10


def choices_of(one: Field) -> dict[str, str]:
    """What may stand in a cell for each choice: its word, or its value."""
    assert one.options is not None
    offered = one.options()
    return {fold(option.value): option.value for option in offered} | {
        fold(str(option.label)): option.value for option in offered
    }


def words_of(one: Field) -> dict[str, str]:
    """The word of each choice that reads back as that choice, else its value; a tag's name."""
    if one.options is None:
        return {}
    if one.key == "tags":
        return {option.value: str(option.label) for option in one.options()}
    read = choices_of(one)
    return {
        option.value: str(option.label)
        if read.get(fold(str(option.label))) == option.value
        else option.value
        for option in one.options()
    }


def unknown(text: str, one: Field | None) -> str:
    """That a word is no choice of a field, with the first choices there are."""
    offered = one.options() if one and one.options else ()
    labels = list(dict.fromkeys(str(option.label) for option in offered))
    some, more = ", ".join(labels[:MOST_NAMED]), len(labels) - MOST_NAMED
    if more > 0:
        return _(
            "“%(text)s” is none of the choices: %(some)s and %(more)s more.",
            text=text[:60], some=some, more=more,
        )  # fmt: skip
    return _("“%(text)s” is none of the choices: %(some)s.", text=text[:60], some=some)
