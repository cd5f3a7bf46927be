"""Drawing a share card: 1200 by 630 points as PNG, in the type and colours of the quiz."""

import io
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from crm.quizzes.rules import theme
from crm.quizzes.rules.card import Card

SIZE = (1200, 630)
EDGE = 72
FINE = 3  # the ring is drawn three times as large, so that its edge is smooth
RING = 300
FONTS = Path(__file__).parents[2] / "static" / "vendor"
SMALLEST = 22
SERIF, SANS = ("newsreader", 500), ("figtree", 450)


@dataclass(frozen=True)
class Type:
    """A face with its weight, its size in points and its colour."""

    face: tuple[str, int]
    size: int
    colour: str


def draw(card: Card) -> bytes:
    """The card as PNG. What no font of ours can write is left out instead of drawn as boxes."""
    colours = card.colours | theme.derived(card.colours)
    ink, second = colours["ink"], colours["ink-2"]
    whole = SIZE[0] - 2 * EDGE
    image = Image.new("RGB", SIZE, colours["paper"])
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 16, SIZE[1]), fill=colours["accent"])
    _write(pen, card.brand, (EDGE, 58), Type(SANS, 34, ink), room=whole, most=1)
    _write(pen, card.quiz, (EDGE, 104), Type(SANS, 28, second), room=whole, most=1)
    room = whole - RING - 40
    below = _write(pen, card.tier, (EDGE, 196), Type(SERIF, 92, ink), room=room, most=2)
    most = 3 if below < 320 else 2
    _write(pen, card.line, (EDGE, below + 14), Type(SANS, 36, second), room=room, most=most)
    image.paste(*_ring(card, colours))
    _foot(pen, card, colours)
    out = io.BytesIO()
    image.quantize(128, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _foot(pen: ImageDraw.ImageDraw, card: Card, colours: dict[str, str]) -> None:
    """The question of the quiz, and what looks like its button."""
    pen.line((EDGE, 506, SIZE[0] - EDGE, 506), fill=colours["line"], width=2)
    on_button = Type(SANS, 32, colours["on_accent"])
    width, words = 0, _sayable(card.button)
    if words:
        width = min(round(_length(words, on_button)) + 64, 380)
        box = (SIZE[0] - EDGE - width, 532, SIZE[0] - EDGE, 596)
        pen.rounded_rectangle(box, radius=12, fill=colours["accent"])
        _write(pen, words, (box[0] + 32, 544), on_button, room=width - 60, most=1)
    room, style = SIZE[0] - 2 * EDGE - width - 40, Type(SERIF, 30, colours["ink"])
    is_short = len(_wrap(_sayable(card.invitation), style, room)) < 2
    _write(pen, card.invitation, (EDGE, 546 if is_short else 528), style, room=room, most=2)


def _ring(card: Card, colours: dict[str, str]) -> tuple[Image.Image, tuple[int, int]]:
    """The scale from 0 to 100 with the tier's part filled; nobody's own score."""
    side = RING * FINE
    ring = Image.new("RGB", (side, side), colours["paper"])
    pen = ImageDraw.Draw(ring)
    box = (30, 30, side - 30, side - 30)
    pen.arc(box, 0, 360, fill=colours["sunk"], width=84)
    pen.arc(box, _angle(card.low), _angle(card.high), fill=colours["accent"], width=84)
    for cut in card.cuts:
        pen.arc(box, _angle(cut) - 1, _angle(cut) + 1, fill=colours["paper"], width=84)
    return ring.resize((RING, RING), Image.Resampling.LANCZOS), (SIZE[0] - EDGE - RING, 172)


def _angle(pct: int) -> float:
    return -90 + 3.6 * pct


def _write(
    pen: ImageDraw.ImageDraw, text: str, at: tuple[int, int], style: Type, *, room: int, most: int
) -> int:
    """Write a text into `room` points, smaller where it needs more than `most` lines.

    Answers where the next text may begin.
    """
    text = _sayable(text)
    lines = _wrap(text, style, room)
    while style.size > SMALLEST and not _fits(lines, style, room, most):
        style = replace(style, size=style.size - 2)
        lines = _wrap(text, style, room)
    if not _fits(lines, style, room, most):
        lines = [_cut(line, style, room) for line in lines[:most]]
    step = round(style.size * 1.22)
    for number, line in enumerate(lines):
        _line(pen, line, (at[0], at[1] + number * step), style)
    return at[1] + len(lines) * step


def _fits(lines: list[str], style: Type, room: int, most: int) -> bool:
    return len(lines) <= most and all(_length(line, style) <= room for line in lines)


def _cut(line: str, style: Type, room: int) -> str:
    """A line that goes on where there is no more room."""
    while line and _length(line + "…", style) > room:
        line = line[:-1]
    return line.rstrip(" .,;:") + "…"


def _wrap(text: str, style: Type, room: int) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _length(longer, style) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _line(pen: ImageDraw.ImageDraw, text: str, at: tuple[int, int], style: Type) -> None:
    place = float(at[0])
    ascent = _font(*style.face, style.size, False).getmetrics()[0]
    for part, is_further in _parts(text):
        font = _font(*style.face, style.size, is_further)
        pen.text((place, at[1] + ascent), part, fill=style.colour, font=font, anchor="ls")
        place += font.getlength(part)


def _length(text: str, style: Type) -> float:
    return sum(
        _font(*style.face, style.size, is_further).getlength(part)
        for part, is_further in _parts(text)
    )


def _parts(text: str) -> list[tuple[str, bool]]:
    """A text cut where the second half of the font begins: letters such as ł or ő."""
    parts: list[tuple[str, bool]] = []
    for letter in text:
        further = 0x100 <= ord(letter) < 0x250 and letter not in "Œœı"
        if parts and parts[-1][1] == further:
            parts[-1] = (parts[-1][0] + letter, further)
        else:
            parts.append((letter, further))
    return parts


@cache
def _font(name: str, weight: int, size: int, is_further: bool) -> ImageFont.FreeTypeFont:
    part = "latin-ext" if is_further else "latin"
    font = ImageFont.truetype(FONTS / name / "files" / f"{name}-{part}-wght-normal.woff2", size)
    font.set_variation_by_axes([weight])
    return font


def _sayable(text: str) -> str:
    """A text on one line, or nothing where it is in letters the fonts do not have."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    known = all(ord(one) < 0x250 or 0x2000 <= ord(one) < 0x2070 or one == "€" for one in text)
    return text if known else ""
