"""The manual: Markdown files of this package, one a page, made into safe HTML once."""

import importlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nh3
from markupsafe import Markup

PAGES = Path(__file__).with_name("pages")
NAME = re.compile(r"[a-z][a-z-]*")
# Reading order; pages not named here follow by name.
ORDER = (
    "start",
    "tasks",
    "records",
    "fields",
    "deals",
    "history",
    "views",
    "many",
    "import",
    "quizzes",
    "leads",
    "sequences",
    "mail",
    "people",
    "keys",
    "settings",
    "running",
)
TITLE = re.compile(r"\A# (.+)\n+")
MARKS = re.compile(r"[*`]")
HEADING = re.compile(r"<h2>(.*?)</h2>")
NOT_ID = re.compile(r"[^a-z0-9]+")
ALLOWED = nh3.ALLOWED_TAGS | {"h2", "h3", "table", "thead", "tbody", "tr", "th", "td", "div"}
SCROLLS = {"tabindex", "role", "aria-label"}
ATTRIBUTES = {
    "h2": {"id"},
    "a": {"href", "title"},
    "div": SCROLLS | {"class"},
    "pre": SCROLLS,
}


@dataclass(frozen=True)
class Page:
    """One page: its name in the address, title, first sentence and body."""

    name: str
    title: str
    lead: str
    body: Markup


@cache
def pages() -> tuple[Page, ...]:
    """Every page in reading order."""
    names = sorted(path.stem for path in PAGES.glob("*.md"))
    rank = {name: number for number, name in enumerate(ORDER)}
    names.sort(key=lambda name: rank.get(name, len(ORDER)))
    return tuple(page for name in names if (page := find(name)))


@cache
def find(name: str) -> Page | None:
    """The page called `name`, None when there is none."""
    path = PAGES / f"{name}.md"
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    title = TITLE.match(text)
    assert title, f"{path} does not begin with a title"
    body = text[title.end() :]
    first = MARKS.sub("", body.split("\n\n", 1)[0].replace("\n", " "))
    return Page(name, title[1], first.split(". ")[0].removesuffix(".") + ".", render(body))


def render(text: str) -> Markup:
    """Safe HTML of Markdown: no raw HTML, ids at headings; what may scroll takes the keyboard."""
    markdown: Any = importlib.import_module("markdown_it")  # costs every start 12 ms
    html = markdown.MarkdownIt("js-default", {"html": False}).render(text)
    html = HEADING.sub(lambda found: f'<h2 id="{_id(found[1])}">{found[1]}</h2>', html)
    html = html.replace("<table>", f'<div class="table-box" {_scrolls("Table")}><table>')
    html = html.replace("</table>", "</table></div>")
    html = html.replace("<pre>", f"<pre {_scrolls('Example')}>")
    # Our own files, and cleaned all the same: nothing but the tags named above is left.
    return Markup(nh3.clean(html, tags=ALLOWED, attributes=ATTRIBUTES, link_rel="noopener"))  # noqa: S704


def _scrolls(name: str) -> str:
    return f'tabindex="0" role="group" aria-label="{name}"'


def _id(heading: str) -> str:
    return NOT_ID.sub("-", re.sub(r"<[^>]+>", "", heading).lower()).strip("-")
