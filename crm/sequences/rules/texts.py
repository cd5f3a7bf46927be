"""From the Markdown people write to the two parts of a mail."""

import importlib
import re
import textwrap
from functools import cache
from typing import Any

from markupsafe import Markup

from crm.sequences.rules.fields import fill

LINKS = ("https://", "http://", "mailto:", "tel:")
COLUMNS = 76
PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&])")
LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
AUTOLINK = re.compile(r"<((?:https?://|mailto:|tel:)[^>\s]+)>")
EMPHASIS = re.compile(r"(\*\*|__|\*|(?<!\w)_|_(?!\w))(?=\S)(.+?)(?<=\S)\1")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()<>#+\-.!|~&])")
LIST_MARK = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+")


def as_html(body: str, values: dict[str, str]) -> Markup:
    """The HTML part's inside. Raw HTML in the text or in a value stays text."""
    filled = fill(body, values, _for_markdown)
    # The reader has raw HTML switched off and lets only four kinds of link through.
    return Markup(_markdown().render(filled))  # noqa: S704


@cache
def _markdown() -> Any:
    """Loading it costs every start 12 ms, and only who writes a mail needs it."""
    reader = importlib.import_module("markdown_it").MarkdownIt("js-default")
    reader.disable(["image", "table"])
    reader.validateLink = lambda url: url.strip().lower().startswith(LINKS)
    return reader


def as_text(body: str, values: dict[str, str]) -> str:
    """The text part: the same words in 76 columns, links written out."""
    blocks = re.split(r"\n{2,}", body.strip().replace("\r\n", "\n"))
    return "\n\n".join(_block(block, values) for block in blocks)


def _for_markdown(name: str, value: str) -> str:
    if name.endswith("_link") and value.startswith(LINKS):
        return f"<{value}>"
    return PUNCTUATION.sub(r"\\\1", value)


def _block(block: str, values: dict[str, str]) -> str:
    if block.startswith(">"):
        inner = re.sub(r"(?m)^> ?", "", block)
        return textwrap.indent(_wrap(_plain(inner, values), COLUMNS - 2), "> ", lambda line: True)
    lines = block.split("\n")
    if all(LIST_MARK.match(line) for line in lines):
        return "\n".join(_item(line, values) for line in lines)
    return _wrap(_plain(re.sub(r"^#+ ", "", block), values), COLUMNS)


def _item(line: str, values: dict[str, str]) -> str:
    mark = LIST_MARK.match(line)
    assert mark is not None
    indent = " " * len(mark[0])
    text = _plain(line[mark.end() :], values)
    return textwrap.fill(
        text, COLUMNS, initial_indent=mark[0], subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _plain(text: str, values: dict[str, str]) -> str:
    text = LINK.sub(r"\1: \2", text)
    text = AUTOLINK.sub(r"\1", text)
    text = EMPHASIS.sub(r"\2", text)
    return fill(ESCAPED.sub(r"\1", text), values)


def _wrap(text: str, width: int) -> str:
    return "\n".join(
        textwrap.fill(line, width, break_long_words=False, break_on_hyphens=False)
        for line in " ".join(text.split("\n")).splitlines() or [""]
    )
