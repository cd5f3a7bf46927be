"""Related conditions find the same, whether their records are named by number or not."""

from urllib.parse import quote

import pytest

from crm.filters.queries import related

HAFEN = "/contacts?filter=company.some(name.begins:Hafen)"
WITHOUT = "/contacts?filter=all(email.contains:hafen,company.none(name.begins:Hafen))"
MIRAS = "/companies?filter=contacts.some(name.is:Mira Sommer)"
NOBODYS = "/companies?filter=contacts.some(name.is:Nobody at all)"
ALL_BUT = "/companies?filter=all(name.begins:Ha,contacts.none(name.is:Mira Sommer))"


@pytest.fixture(params=[(1, 3000), (10**9, 3000), (1, 0)], ids=["named", "not rare", "many"])
def way(request, monkeypatch):
    """Records are named by number where each has so many others beside it, and up to a number."""
    share, few = request.param
    monkeypatch.setattr(related, "SHARE", share)
    monkeypatch.setattr(related, "FEW", few)
    asked = []
    among = related.among
    monkeypatch.setattr(related, "among", lambda *told: asked.append(told) or among(*told))
    yield
    assert share * few == 3000 or not any(packed for _number, packed in asked)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (HAFEN, {"Mira Sommer", "Holger Petersen"}),
        (WITHOUT, set()),
        (MIRAS, {"Hafen GmbH"}),
        (NOBODYS, set()),
        (ALL_BUT, set()),
    ],
)
def test_v2_few_related_rows_lead_to_the_same_records(demo, browse, way, path, found):
    page = browse.signed_in("Eva").get(quote(path, safe="/?=(),:."))
    assert {n.text for n in page.root.all("a", class_="name")} == found
