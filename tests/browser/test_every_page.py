"""No page has a finding of axe, scrolls sideways or complains; each leaves its pictures."""

import pytest
from werkzeug.routing import RequestRedirect

from tests.browser.eye import look
from tests.browser.places import GROUPS, NO_PAGE


@pytest.mark.parametrize("group", GROUPS)
def test_every_page_is_sound_in_both_themes_at_both_widths(windows, story, group):
    pages, found = {}, []
    for place in GROUPS[group]:
        if place.person not in pages:
            pages[place.person] = windows.of(place.person)
        page = pages[place.person]
        answer = page.goto(place.path.format(**story.ids))
        if answer.status != place.status:
            found.append(f"{place.name}: {answer.status} instead of {place.status}")
            continue
        found += look(page, place.name)
    assert found == []


def test_every_page_is_looked_at(app, story):
    """A new page fails here until it has a line in places.py."""
    adapter = app.url_map.bind("localhost")
    known = set(NO_PAGE)
    for place in (place for group in GROUPS.values() for place in group):
        path, _, _query = place.path.format(**story.ids).partition("?")
        try:
            known.add(adapter.match(path, method="GET")[0])
        except RequestRedirect as other:
            raise AssertionError(f"{path} leads to {other.new_url}") from other
        except Exception as error:
            assert place.status == 404, (place, error)
    asked = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    assert asked - known == set()
