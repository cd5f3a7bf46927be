"""The house's own fields on the contact form: how they are asked there, and what was said."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request

from crm.fields import queries as fields
from crm.fields.typed import Custom
from crm.quizzes.queries.open import Opened

YES = "yes"


@dataclass(frozen=True)
class Own:
    """A field as the form asks for it: its name, and its choices by the number of the option."""

    custom: Custom
    label: str
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def control(self) -> str:
        """What it is asked by: select, multi, bool, at, or text for all that is typed."""
        kind = self.custom.kind
        return kind if kind in {"select", "multi", "bool", "at"} else "text"

    def read(self) -> str | list[str]:
        """What was typed, chosen or ticked; of choices only those that are offered."""
        posted = request.form.getlist(self.custom.key)
        if self.control == "multi":
            return [one for one in self.choices if one in posted]
        text = " ".join((posted[0] if posted else "").split())
        if self.control == "select":
            return text if text in self.choices else ""
        return YES if self.control == "bool" and text else text

    def said(self, value: str | list[str]) -> str | list[str]:
        """The same in the words of the team, by which it is read and told."""
        names = {one.value: str(one.label) for one in self.custom.options}
        if isinstance(value, list):
            return [names[one] for one in value]
        return names[value] if self.control == "select" and value else value


def own(opened: Opened) -> dict[str, Own]:
    """The house's own fields on this form, by key.

    In the first language their names and choices are those of today, in a further one as the quiz
    says them.
    """
    spec = opened.quiz.spec
    asked = (spec.get("gate_page") or {}).get("fields") or []
    keys = [one.lower() for one in asked if one.lower().startswith("cf_")]
    known = {one.key: one for one in fields.customs("contact")} if keys else {}
    said = (spec.get("texts") or {}).get(spec.get("locale") or "en") or {}
    return {key: _own(known[key], said) for key in keys if key in known}


def _own(custom: Custom, said: Mapping[str, str]) -> Own:
    label = said.get(f"gate_page.labels.{custom.key}") or custom.label
    choices = {
        one.value: said.get(f"gate_page.choices.{custom.key}_{one.value}") or str(one.label)
        for one in custom.options
        if one.is_active
    }
    return Own(custom, str(label), choices)
