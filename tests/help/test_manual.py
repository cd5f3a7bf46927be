"""The manual is whole, safe and says what every setting means."""

import re

import pytest

from crm.core.config import SETTINGS
from crm.help import manual


def test_every_setting_has_a_line():
    text = (manual.PAGES / "settings.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([A-Z_]+)` \|", text, re.M))
    assert rows == {setting.name for setting in SETTINGS}


def test_the_defaults_in_the_manual_are_the_real_ones():
    text = (manual.PAGES / "settings.md").read_text(encoding="utf-8")
    for setting in SETTINGS:
        if setting.default.isdigit():
            assert re.search(rf"^\| `{setting.name}` \| {setting.default} \|", text, re.M)


@pytest.mark.parametrize("name", [page.name for page in manual.pages()])
def test_every_page_opens_for_everybody_signed_in(browse, name):
    page = browse.signed_in("Rita").get(f"/help/{name}")
    assert page.status == 200
    assert manual.find(name).title in page.text


def test_the_index_names_every_page(browse):
    page = browse.signed_in("Rita").get("/help")
    for found in manual.pages():
        assert found.title in page.text


def test_a_page_that_is_not_there_is_a_404(browse):
    rita = browse.signed_in("Rita")
    assert rita.get("/help/nothing").status == 404
    assert rita.get("/help/..%2fmanual").status == 404


def test_pages_hold_no_raw_html():
    html = manual.render(
        "# x\n\n<script>alert(1)</script>\n\n[a](javascript:alert(1))\n\n## Two words"
    )
    assert "<script" not in html and 'href="javascript' not in html
    assert '<h2 id="two-words">Two words</h2>' in html


def test_links_between_pages_lead_somewhere():
    for page in manual.pages():
        for name in re.findall(r'href="/help/([a-z-]+)', page.body):
            assert manual.find(name), f"{page.name} links to {name}"
