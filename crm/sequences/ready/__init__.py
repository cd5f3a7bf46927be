"""Sequences that ship with the product: texts one can read and edit as files."""

import re
from importlib import resources
from typing import Any

from crm.sequences.rules.shape import blank

HEAD = re.compile(r"---\n(.*?)\n---\n+(.*)", re.S)
NAMES = {"readiness-nurture": "Readiness nurture"}


def read(name: str) -> dict[str, Any]:
    """The spec of a shipped sequence (a key of NAMES)."""
    if name not in NAMES:
        raise KeyError(name)
    folder = resources.files(__package__) / name
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".md")), key=lambda f: f.name)
    return {**blank(), "steps": [_step(file.read_text(encoding="utf-8")) for file in files]}


def _step(text: str) -> dict[str, Any]:
    found = HEAD.fullmatch(text)
    if found is None:
        raise ValueError("a shipped step has a head between two lines of ---")
    head = dict(line.split(": ", 1) for line in found[1].split("\n"))
    amount, unit = head["after"].split()
    return {
        "key": head["key"],
        "name": head["subject"],
        "delay": {"amount": int(amount), "unit": unit},
        "at": head.get("at"),
        "subject": head["subject"],
        "preview": head["preview"],
        "body": found[2].strip() + "\n",
    }
