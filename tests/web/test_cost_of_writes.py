"""Adding and noting ask the database little (docs/spec/speed.md), and write once."""

from sqlalchemy import select

from crm.contacts.models import Contact
from crm.core.db import db


def add(eva, asked, name, mail):
    form = eva.get("/contacts/new").form("/contacts", name=name, **{"emails-0-text": mail})
    asked.clear()
    assert form.submit().status == 303
    return list(asked)


def test_adding_a_contact_asks_eleven_statements(browse, asked):
    """Sign-in, people alike, company; contact, its address, form key, entry,
    change set and values, words and their shapes.
    """
    eva = browse.signed_in("Eva")
    add(eva, asked, "Zoe Zander", "zoe@zander.example")
    found = add(eva, asked, "Zora Zander", "zora@zander.example")
    assert len(found) <= 11, "\n".join(found)
    assert not [text for text in found if "SAVEPOINT" in text]


def test_a_note_asks_nine_statements(browse, asked):
    """Sign-in, contact; entry, touch, draft, form key, change set and values, so that it can be
    undone; one for what it changes of the timeline.
    """
    eva = browse.signed_in("Eva")
    add(eva, asked, "Zoe Zander", "zoe@zander.example")
    number = db.session.scalar(select(Contact.id).where(Contact.name == "Zoe Zander"))
    form = eva.get(f"/contacts/{number}?add=note").form(f"/contacts/{number}/notes")
    data = form.values | {"body": "Spoke about the stock list."}
    asked.clear()
    page = eva.htmx("post", f"/contacts/{number}/notes", "section#timeline", data=data)
    assert page.status == 200
    assert len(asked) <= 9, "\n".join(asked)
    # The person of the request is known by one statement, before and after the write.
    assert len([text for text in asked if "login_session" in text]) == 1
    assert not [text for text in asked if "\nFROM user" in text or "SAVEPOINT" in text]
