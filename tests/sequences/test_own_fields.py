"""C7: fields of the house's own are merge fields: listed, checked, and written into the mail."""

import pytest

from crm.companies import actions as companies
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.fields import actions as fields
from crm.mail import delivery
from crm.sequences import actions, filling
from crm.sequences.models import Sequence
from tests.sequences.conftest import LINKS


@pytest.fixture
def branch(app, cast):
    """The key of a contact's text field called Branch."""
    return f"cf_{run(lambda: fields.create('contact', 'Branch', 'text', by=None)).id}"


@pytest.fixture
def at(nurture_id):
    return f"/sequences/{nurture_id}/steps/step_1"


def test_c7_the_editor_lists_them_and_refuses_what_it_does_not_know(browse, at, branch):
    max_ = browse.signed_in("Max")
    page = max_.get(f"{at}/edit")
    assert page.has("Branch")
    assert f'{{{{ {branch} | default: "…" }}}}' in page.text

    def tried(body):
        return max_.get(f"{at}/edit").form(at, body=body).submit()

    assert tried("Hello {{ cf_999 }}").has("There is no field cf_999.")
    assert tried("In {{ branch }}").has(f"There is no field branch. Did you mean {branch}?")
    assert tried(f"In {{{{ {branch} }}}}").has(f"{branch} may be empty: add a fallback")
    assert tried(f'In {{{{ {branch} | default: "trade" }}}}').status == 303


@pytest.mark.parametrize(("said", "written"), [("Freight", "In Freight"), (None, "In trade")])
def test_c7_a_nurture_mail_says_what_the_contact_says(
    at, nurture_id, ben_id, branch, smtp, the_clock, said, written, cast
):
    def publish():
        sequence = db.session.get(Sequence, nurture_id)
        steps = [dict(step) for step in sequence.draft["steps"]]
        steps[0]["body"] = f'In {{{{ {branch} | default: "trade" }}}}'
        sequence.draft = sequence.draft | {"steps": steps}
        actions.publish(sequence, cast["Max"])
        contact = db.session.get(Contact, ben_id)
        if said:
            fields.set_values(contact, {branch: said}, None)
        actions.enrol(contact, sequence, source="quiz", context=LINKS)

    the_clock.set("2026-11-24T14:10:00")
    run(publish)
    the_clock.set("2026-11-24T14:20:05")
    run(actions.queue_due_steps)
    delivery.drain("bulk")
    body = smtp.mails[0].get_body(("plain",)).get_content()
    assert written in body


@pytest.fixture
def filled(app, cast, ben_id):
    """Fields of kinds that name, count and tell a time, all filled for Ben; keys by kind."""
    eva, otto = cast["Eva"].id, cast["Otto"]
    kinds = (("user", {}), ("reference", {"target": "company"}), ("at", {}), ("number", {}),
             ("bool", {}))  # fmt: skip

    def work():
        keys = {
            kind: fields.create("contact", kind, kind, by=None, **more).key for kind, more in kinds
        }
        firm = companies.create(name="Kontor Ost", team_id=otto.team_ids[0], owner_id=otto.id)
        said = {"user": eva, "reference": firm.id, "at": "2026-12-24T14:30:00+00:00",
                "number": "1234.5", "bool": True}  # fmt: skip
        contact = db.session.get(Contact, ben_id)
        fields.set_values(contact, {keys[kind]: one for kind, one in said.items()}, None)
        return keys

    return run(work)


def test_c7_merge_fields_name_people_and_records_and_say_times_as_the_pages_do(
    filled, ben_id, cast
):
    contact = db.session.get(Contact, ben_id)

    def told(reader=None):
        db.session.expire_all()
        values = filling.values(contact, None, {}, reader)
        return [values[filled[kind]] for kind in filled]

    english = ["Eva Lindqvist", "Kontor Ost", "Thu 24 Dec, 15:30", "1,234.5", "yes"]
    assert told() == english
    assert told(cast["Finn"]) == ["Eva Lindqvist", "", *english[2:]], "another team's firm"

    def elsewhere():
        row = db.session.get(Contact, ben_id)
        row.locale, row.timezone = "de", "Europe/Lisbon"

    run(elsewhere)
    assert told() == ["Eva Lindqvist", "Kontor Ost", "Do., 24. Dez., 14:30", "1.234,5", "ja"]
