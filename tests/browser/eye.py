"""Looks at one open page: axe, sideways scrolling, and a picture to keep."""

from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from tests.browser.sizes import NARROWEST, PHONE, WIDE

PICTURES = Path(__file__).resolve().parents[2] / "test-results" / "pictures"
# Rules do not depend on the colours but this one; it is asked again in the dark.
COLOURS = {"runOnly": ["color-contrast"]}
# Only what is wrong travels back: the rest is several times as much work.
AXE = "options => axe.run(document, options).then((found) => found.violations)"
# A page in a frame has no room of its own to be judged: its headings count all the same.
TOO_WIDE = """() => {
  const wide = document.scrollingElement.scrollWidth;
  if (wide <= innerWidth) return null;
  const apart = ".table-box, .board, .visually-hidden";
  const out = [...document.querySelectorAll("body *")].filter((e) =>
    e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(apart));
  return `${wide} px wide: ` + out.slice(-3).map((e) => `${e.tagName} ${e.className}`);
}"""


def look(page, name):
    """Everything that is wrong with `page` at both widths and in both themes, in words."""
    found = []
    page.evaluate(AXE_SCRIPT)
    for width, size in (("1280", WIDE), ("390", PHONE)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            where = f"{name} {width} {theme}"
            found += [f"{where}: {text}" for text in axe(page, COLOURS if theme == "dark" else {})]
            picture(page, f"{name}-{width}-{theme}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": NARROWEST, "height": 740})
    too_wide = page.evaluate(TOO_WIDE)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    return found + ([f"{name} {NARROWEST}: {too_wide}"] if too_wide else [])


def axe(page, options=None):
    """What axe finds, one line each."""
    found = page.evaluate(AXE, {"resultTypes": ["violations"], **(options or {})})
    return [
        f"{one['id']}: {node['target']} {node['html'][:160]} {node['failureSummary'][-200:]}"
        for one in found
        for node in one["nodes"][:3]
    ]


def picture(page, name):
    PICTURES.mkdir(parents=True, exist_ok=True)
    # A busy machine takes long to draw; no test of ours waits for how fast that is.
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True, timeout=60_000)


def settled(page):
    """Wait until what was asked for stands on the page."""
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
