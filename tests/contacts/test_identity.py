"""Who an address belongs to: the identity ladder and two processes at once."""

import threading

from sqlalchemy import func, select

from crm.contacts import actions, queries
from crm.contacts.models import Contact, ContactEmail
from crm.core.db import db, run


def add(write, **more):
    values = {"name": "Ada Lorenz", "emails": ["Ada.Lorenz@nordhafen.example"], **more}
    return write(lambda: actions.create(**values)).id


def test_an_address_finds_its_contact_in_any_spelling(app, write):
    ada = add(write)
    found, matched = queries.by_email(" ADA.lorenz@NORDHAFEN.example ")
    assert (found.id, matched) == (ada, "email")


def test_a_mailbox_finds_its_contact_and_a_second_address_is_added(app, write):
    ada = add(write, emails=["ada.lorenz@gmail.com"])
    found, matched = queries.by_email("adalorenz+quiz@googlemail.com")
    assert (found.id, matched) == (ada, "mailbox")

    def attach():
        return actions.add_email(
            queries.by_email("ada.lorenz@gmail.com")[0], "AdaLorenz+q@gmail.com"
        )

    row = write(attach)
    assert (row.address, row.is_primary) == ("adalorenz+q@gmail.com", False)
    assert queries.by_email("adalorenz+q@gmail.com")[1] == "email"


def test_a_plus_word_at_an_unknown_domain_is_somebody_else(app, write):
    add(write)
    assert queries.by_email("ada.lorenz+x@nordhafen.example") is None


def test_what_is_no_address_belongs_to_nobody(app):
    assert queries.by_email("not an address") is None


def test_creating_an_address_that_exists_gives_the_contact_that_has_it(app, write):
    ada = add(write)
    again = add(write, name="Somebody Else", emails=["ada.lorenz@nordhafen.example"])
    assert again == ada
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1
    assert db.session.scalar(select(Contact.name)) == "Ada Lorenz"


def test_twenty_at_once_with_one_address_make_one_contact(app):
    ids = []

    def take_in():
        with app.app_context():
            ids.append(run(lambda: actions.create(name="Ada", emails=["ada@nordhafen.example"]).id))
            db.session.remove()

    threads = [threading.Thread(target=take_in) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 20
    assert len(set(ids)) == 1
    assert db.session.scalar(select(func.count()).select_from(ContactEmail)) == 1


def test_an_address_of_somebody_else_is_not_taken_over(app, write):
    add(write)
    ben = add(write, name="Ben Voss", emails=["ben@velo.example"])

    def attach():
        contact = db.session.get(Contact, ben)
        assert actions.add_email(contact, "ada.lorenz@nordhafen.example") is None
        return [row.address for row in contact.emails]

    assert write(attach) == ["ben@velo.example"]


def test_a_trashed_contact_frees_its_address_and_meets_the_conflict_on_return(app, write, cast):
    ada, eva = add(write), cast["Eva"]
    write(lambda: actions.delete(db.session.get(Contact, ada), eva))
    assert queries.by_email("ada.lorenz@nordhafen.example") is None
    second = add(write)
    assert second != ada
    lost = write(lambda: actions.restore(db.session.get(Contact, ada), eva))
    assert lost == ["ada.lorenz@nordhafen.example"]
    assert queries.by_email("ada.lorenz@nordhafen.example")[0].id == second


def test_the_newest_word_on_a_purpose_counts(app, write):
    ada = add(write)
    assert not queries.has_consent(ada, "marketing")
    for is_granted in (True, False, True):
        write(
            lambda yes=is_granted: actions.record_consent(
                db.session.get(Contact, ada),
                purpose="marketing",
                is_granted=yes,
                text="Yes, mails about Tend",
                text_version=2,
                locale="en",
                source="preferences",
            )
        )
        assert queries.has_consent(ada, "marketing") is is_granted


def test_a_box_left_unticked_takes_no_earlier_yes_back_but_a_no_does(write, cast):
    ada = write(lambda: actions.create(name="Ada Lorenz", emails=["ada@nordhafen.example"]))

    def says(is_granted, source):
        write(
            lambda: actions.record_consent(
                ada,
                purpose="marketing",
                is_granted=is_granted,
                text="Send me five short mails",
                text_version=1,
                locale="en",
                source=source,
            )
        )
        return queries.has_consent(ada.id, "marketing")

    assert says(False, "quiz") is False
    assert says(True, "quiz") is True
    assert says(False, "quiz") is True
    assert queries.consents_of(ada.id).get("marketing").is_granted
    assert says(False, "unsubscribe link") is False
    assert says(True, "quiz") is True
