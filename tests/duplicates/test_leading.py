"""M4: what names a merged record by its number or address reaches the one that stays."""

import re
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.queries import has_consent
from crm.core import clock, links
from crm.core.db import db, run
from crm.filters import actions as filters
from crm.filters.models import Segment, SegmentMember
from crm.leads import jobs as lead_jobs
from crm.leads.actions import capture
from crm.leads.models import AnswerClock
from crm.leads.queries import fits
from crm.leads.rules import Arrival, Lead
from crm.mail import actions as mail
from crm.mail.models import Outbox
from crm.sequences.letters import token_for
from crm.transfer import letters
from tests.duplicates.test_companies import firms  # noqa: F401 - a fixture
from tests.transfer.test_imports import import_of

GONE_ADDRESS = "adalorenz@gmail.com"


def field_is(key, *numbers):
    values = [str(number) for number in numbers]
    return {"field": key, "op": "is" if len(values) == 1 else "one_of", "values": values}


@pytest.fixture
def merged(firms, plan, go, undo):  # noqa: F811
    """Hafen GmbH, whose double with Mira went into it; `undo()` brings it back."""
    one, two = firms
    set_id = go(plan([one, two], key="companies.merge_groups", record="company"))
    return SimpleNamespace(kept=one, gone=two, undo=lambda: undo(set_id))


@pytest.fixture
def ada(pair, plan, go):
    """The numbers of Ada and of the Ada that went into her."""
    go(plan(list(pair)))
    return pair


def test_views_and_addresses_that_name_a_merged_company_show_the_one_that_stays(
    merged, act, browse
):
    params = {"filter": f"company.is:{merged.gone}"}
    view = act("Eva", lambda eva: filters.create_view("At Hafen", "contact", params, by=eva).id)
    eva = browse.signed_in("Eva")
    for url in (f"/contacts?view={view}", f"/contacts?filter=company.is:{merged.gone}"):
        page = eva.get(url)
        assert page.has("Mira Sommer") and page.has("Company is Hafen GmbH")
    # The form of the conditions names the company too, and sends what can be found.
    build = f"/filters/build?record=contact&filter=company.is:{merged.gone}"
    named = [one.get("value") for one in eva.get(build).root.all("input", placeholder="Name")]
    assert named == ["Hafen GmbH"]
    # The condition itself is as it was: after an undo it means the company it named.
    merged.undo()
    assert eva.get(f"/contacts?view={view}").has("Mira Sommer")
    assert not eva.get(f"/contacts?filter=company.is:{merged.kept}").has("Mira Sommer")


def test_segments_and_rules_that_name_a_merged_company_mean_the_one_that_stays(merged, act):
    def segment(eva):
        text = f"company.is:{merged.gone}"
        return filters.create_segment("Hafen", by=eva, kind="dynamic", filter_=text).id

    number = act("Eva", segment)
    run(lambda: filters.look(db.session.get_one(Segment, number)))
    [mira] = db.session.scalars(select(Contact))
    assert db.session.scalars(select(SegmentMember.contact_id)).all() == [mira.id]
    for condition, is_met in (
        (field_is("company", merged.gone), True),
        (field_is("company", merged.gone, 999), True),
        (field_is("company", 999), False),
    ):
        asked = {"relation": "contact", "has": "some", "where": condition}
        assert fits([asked], Lead({}, mira, clock.now())) is is_met


def test_links_in_mails_to_a_merged_record_open_the_one_that_stays(ada, merged, browse):
    eva = browse.signed_in("Eva")
    for kind, gone, place in (
        ("company", merged.gone, f"/companies/{merged.kept}"),
        ("contact", ada[1], f"/contacts/{ada[0]}"),
    ):
        path = links.go(kind, gone).removeprefix("http://localhost")
        assert eva.get(path).location == place
    assert eva.get(f"/companies/{merged.gone}").location == f"/companies/{merged.kept}"
    assert eva.get(f"/contacts/{ada[1]}").location == f"/contacts/{ada[0]}"


def test_an_import_joins_the_address_of_a_merged_contact(ada, browse):
    sheet = f"Name,E-mail,Job title\nAda L,{GONE_ADDRESS},Director\n".encode()
    _batch, _before, counts = import_of(browse.signed_in("Mona"), sheet)
    assert sum(counts.values()) == 1 and "created" not in counts
    db.session.remove()
    assert db.session.scalars(select(Contact.id).where(Contact.deleted_at.is_(None))).all() == [
        ada[0]
    ]
    assert "ada" in db.session.get_one(Contact, ada[0]).email


def test_an_answer_from_the_address_of_a_merged_contact_is_of_the_one_that_stays(ada):
    said = Arrival(
        source="quiz", idem_key="attempt:1", email=GONE_ADDRESS, name="Ada Lorenz",
        inputs={"pct": 94, "tier": "hot", "tier_name": "Hot", "level": "hot"},
    )  # fmt: skip
    assert run(lambda: capture(said).contact.id) == ada[0]
    assert len(db.session.scalars(select(Contact)).all()) == 2


def test_the_way_out_of_a_mail_to_a_merged_contact_holds_for_the_one_that_stays(
    pair, act, plan, go, browse
):
    one, two = pair

    def agree(eva):
        for number in pair:
            contacts.record_consent(
                db.session.get_one(Contact, number), purpose="marketing", is_granted=True,
                text="yes", text_version=1, locale="en", source="staff",
            )  # fmt: skip
        mail.queue("notice", dedupe_key="t", to_address=GONE_ADDRESS, contact_id=two)
        return token_for(db.session.scalars(select(Outbox)).one())

    token = act("Eva", agree)
    go(plan([one, two]))
    assert has_consent(one, "marketing")
    path = f"/m/{token}/unsubscribe"
    assert browse.get(path).form(path).submit().follow().has("Stopped.")
    db.session.remove()
    assert not has_consent(one, "marketing")


def test_the_link_to_own_data_of_a_merged_contact_shows_the_one_that_stays(pair, plan, go, browse):
    browse.get("/m/data").form(email=GONE_ADDRESS).submit()
    db.session.remove()
    letter = db.session.scalars(select(Outbox).where(Outbox.to_address == GONE_ADDRESS)).one()
    path = re.search(r"/m/[^/]+/data", letters.compose(letter).context["link"])[0]
    go(plan(list(pair)))
    page = browse.get(path)
    assert page.has("Ada Lorenz") and page.has(GONE_ADDRESS)


def test_a_bell_for_a_record_that_was_merged_meanwhile_keeps_its_promise(pair, act, plan, go, ids):
    """A call is logged, its record is merged before the worker comes: the promise is met."""
    one, two = pair
    policy = {"kind": "first_attempt", "counts": "any", "calendar": "always", "minutes": 120}

    def promise(eva):
        db.session.get_one(Contact, two).lifecycle = "assigned"
        now = clock.now()
        db.session.add(AnswerClock(
            contact_id=two, owner_id=eva.id, started_at=now, due_at=now, policy=policy
        ))  # fmt: skip
        activities.log_call(contact_id=two, by=eva, outcome="no_answer")

    act("Eva", promise)
    go(plan([one, two]))
    lead_jobs.settle(two)
    [kept] = db.session.scalars(select(AnswerClock))
    assert (kept.contact_id, kept.met_at is not None, kept.ended_as) == (one, True, None)
    lead_jobs.settle(999_999)  # one that was erased since rings in vain
