"""C10: what one of us hands out of a person's data; O1: what they may not see stays out of it."""

import io
import zipfile

import pytest
from sqlalchemy import select

from crm.accounts import actions as accounts
from crm.accounts.rules import RIGHTS
from crm.activities import actions as activities
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.core.db import db, run
from crm.deals import actions as deals
from crm.deals.models import Stage
from crm.fields import actions as fields
from crm.files import actions as files
from crm.transfer import subject


@pytest.fixture
def mira(write, cast):
    """A contact of Eva's with a note."""

    def make():
        eva = cast["Eva"]
        one = contacts.create(name="Mira Sommer", owner_id=eva.id, team_id=cast.sales.id, by=eva)
        activities.write_note(by=eva, body="asked about prices", contact_id=one.id)
        return one.id

    return write(make)


def test_c10_who_hands_it_out_gets_no_private_note_of_another(mira, cast, browse):
    def secret():
        note = activities.write_note(
            by=cast["Eva"], body="hush hush", contact_id=mira, is_private=True
        )
        db.session.flush()
        files.attach(
            files.Kept("secret.pdf", "c" * 64, 1), by=cast["Eva"], contact_id=mira, entry_id=note.id
        )

    run(secret)
    one = db.session.get(Contact, mira)
    for name, is_there in (("Olga", False), ("Mona", False), ("Eva", True)):
        known = str(subject.known_of(one, cast[name]))
        assert ("hush" in known, "secret.pdf" in known) == (is_there, is_there), name
        assert "asked about prices" in known
    packed = browse.signed_in("Olga").post(f"/contacts/{mira}/data").response.data
    texts = zipfile.ZipFile(io.BytesIO(packed))
    assert not any(b"hush" in texts.read(name) for name in texts.namelist())


def test_o1_who_sees_no_sums_hands_none_out(mira, cast):
    def deal():
        deals.create_default_pipeline()
        stage = db.session.scalars(select(Stage).where(Stage.kind == "open")).first()
        one = db.session.get(Contact, mira)
        deals.create("Hafen", stage=stage, by=cast["Eva"], contact=one, amount_cents=98_765_400)
        fee = fields.create("contact", "Fee", "money", currency="EUR", by=cast["Olga"])
        db.session.flush()
        fields.set_values(one, {f"cf_{fee.id}": [55_555_500, "EUR"]}, cast["Eva"])

    run(deal)
    one = db.session.get(Contact, mira)
    before = str(subject.known_of(one, cast["Mona"]))
    assert "98765400" in before and "55555500" in before
    rights = {right for right, roles in RIGHTS.items() if "manager" in roles}
    run(lambda: accounts.switch_rights("manager", rights - {"see_amounts"}, cast["Olga"]))
    after = str(subject.known_of(one, cast["Mona"]))
    assert "98765400" not in after and "55555500" not in after
    assert "Hafen" in after
