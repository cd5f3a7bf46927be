"""Who may only read meets no form that would lose what they typed."""

import pytest

from crm.activities import actions

OWN = ("/logout", "/notifications", "/filters/columns")
# How this person reads timelines and lists is their own, like their theme.
OWN_ENDS = ("/timeline-order",)


@pytest.fixture
def places(demo, cast, write):
    """The numbers that stand in the addresses below."""
    mira = demo["Mira Sommer"]

    def add():
        eva = cast["Eva"]
        task = actions.add_task(
            "Call her", owner_id=eva.id, contact_id=mira, team_id=cast.sales.id, by=eva
        )
        return task.id

    return {"contact": mira, "company": demo["Hafen GmbH"], "task": write(add)}


FORMS = [
    "/new",
    "/contacts/new",
    "/contacts/{contact}/edit",
    "/contacts/{contact}/facts/phone",
    "/contacts/{contact}/facts/owner",
    "/contacts/{contact}/notes/new",
    "/contacts/{contact}/tasks/new",
    "/companies/new",
    "/companies/{company}/edit",
    "/companies/{company}/notes/new",
    "/deals/new",
    "/deals/1/edit",
    "/deals/1/closure",
    "/deals/1/stage",
    "/tasks/new",
    "/tasks/{task}/edit",
    "/tasks/{task}/snooze",
]


def test_every_form_is_closed_to_who_only_reads(places, browse):
    rita = browse.signed_in("Rita")
    for form in FORMS:
        assert rita.get(form.format(**places)).status == 403, form


def posts(page):
    forms = [node["action"] for node in page.root.all("form") if node.get("method") == "post"]
    sent = [node["hx-post"] for node in page.root.all() if "hx-post" in node.attrs]
    return [
        action
        for action in forms + sent
        if not action.startswith(OWN) and not action.endswith(OWN_ENDS)
    ]


@pytest.mark.parametrize(
    "path", ["/contacts/{contact}", "/companies/{company}", "/tasks/{task}", "/tasks?who=team"]
)
def test_a_page_shows_who_only_reads_no_act(places, browse, path):
    url = path.format(**places)
    assert posts(browse.signed_in("Eva").get(url))
    page = browse.signed_in("Rita").get(url)
    assert page.status == 200
    assert posts(page) == []
    links = [node["href"] for node in page.root.all("a")]
    assert not [link for link in links if "#composer" in link or link.endswith(("/edit", "/new"))]
