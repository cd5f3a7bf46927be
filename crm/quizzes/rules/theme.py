"""The colours of a quiz: only these properties, and only pairs that can be read (WCAG 1.4.3)."""

import hashlib
import re
from typing import Any

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
FIELDS = {
    "paper": "Page",
    "surface": "Sheet",
    "ink": "Text",
    "accent": "Buttons and marks",
    "on_accent": "Text on buttons",
}
PAIRS = (
    ("ink", "paper", 4.5),
    ("ink", "surface", 4.5),
    ("accent", "paper", 4.5),
    ("accent", "surface", 4.5),
    ("on_accent", "accent", 4.5),
)
DEFAULTS = {
    "paper": "#f6f4ee",
    "surface": "#fffdf9",
    "ink": "#22261f",
    "accent": "#2f6b4f",
    "on_accent": "#ffffff",
}


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours #rrggbb (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def problems(theme: dict[str, Any]) -> list[str]:
    """Why a theme cannot be used: no colour, or a pair under 4.5 to 1."""
    bad = [
        FIELDS[name]
        for name in FIELDS
        if theme.get(name) and not COLOUR.fullmatch(str(theme[name]))
    ]
    if bad:
        return [f"{name}: write a colour as #rrggbb." for name in bad]
    colours = DEFAULTS | {name: value for name, value in theme.items() if value}
    found = []
    for one, other, least in PAIRS:
        reached = contrast(colours[one], colours[other])
        if reached < least:
            found.append(
                f"{FIELDS[one]} on {FIELDS[other].lower()} reaches {reached:.1f} to 1; "
                f"{least} to 1 is needed to be read."
            )
    return found


def sheet(theme: dict[str, Any]) -> str:
    """The style sheet of a theme; empty where it keeps the product's colours."""
    given = _given(theme)
    if not given or problems(given):
        return ""
    every = colours(theme)
    rules = [f"--{name.replace('_', '-')}: {value};" for name, value in every.items()]
    rules += [f"--{name}: {value};" for name, value in derived(every).items()]
    return "@layer tokens {\n  :root { color-scheme: light; " + " ".join(rules) + " }\n}\n"


def colours(theme: dict[str, Any]) -> dict[str, str]:
    """Every colour by its name: the theme's where they can be read, else the product's."""
    given = _given(theme)
    return DEFAULTS if problems(given) else DEFAULTS | given


def _given(theme: dict[str, Any]) -> dict[str, str]:
    return {
        name: value
        for name, value in theme.items()
        if name in FIELDS and value and COLOUR.fullmatch(str(value))
    }


def derived(colours: dict[str, str]) -> dict[str, str]:
    """The colours that follow from those of a theme: second text, lines, wells."""
    ink, paper, surface = colours["ink"], colours["paper"], colours["surface"]
    soft = mix(colours["accent"], surface, 12)
    second = mix(ink, paper, 80)
    if min(contrast(second, paper), contrast(second, surface), contrast(second, soft)) < 4.5:
        second = ink
    return {
        "accent-soft": soft,
        "on-soft": ink,
        "ink-2": second,
        "sunk": mix(ink, paper, 8),
        "line": mix(ink, paper, 18),
        "field": mix(ink, paper, 60),
    }


def mix(one: str, other: str, share: int) -> str:
    """`share` per cent of colour `one`, the rest of `other`."""
    parts = [
        (int(one[at : at + 2], 16) * share + int(other[at : at + 2], 16) * (100 - share)) // 100
        for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)


def digest(theme: dict[str, Any]) -> str:
    """The name of a theme's sheet: changes with its content; empty without a theme."""
    text = sheet(theme)
    return hashlib.sha256(text.encode()).hexdigest()[:10] if text else ""


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
