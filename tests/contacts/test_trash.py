"""What the trash does to the work on a contact, and what the way back brings again."""

from sqlalchemy import select

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.models import Task
from crm.contacts import actions
from crm.contacts.models import Contact
from crm.core.db import db


def test_the_trash_closes_the_tasks_and_the_way_back_opens_them(write, cast):
    eva = cast["Eva"]
    ada = write(lambda: actions.create(name="Ada Lorenz", emails=["ada@nordhafen.example"])).id

    def promise():
        done = activities.add_task("Send it", owner_id=eva.id, contact_id=ada, by=eva)
        activities.complete_task(done, eva)
        activities.add_task("Call Ada", owner_id=eva.id, contact_id=ada, by=eva)

    write(promise)
    write(lambda: actions.delete(db.session.get(Contact, ada), eva))
    assert closings() == {"Send it": "done", "Call Ada": "cancelled"}
    write(lambda: actions.restore(db.session.get(Contact, ada), eva))
    assert closings() == {"Send it": "done", "Call Ada": None}


def closings():
    rows = db.session.execute(select(Task.title, Task.closed_as))
    return {title: closed_as for title, closed_as in rows}


def test_c12_saving_what_somebody_put_into_the_trash_loses_no_word(browse, write, cast):
    ids = {name: user.id for name, user in cast.users.items()}
    ada = write(lambda: actions.create(name="Ada Voss", owner_id=ids["Eva"]).id)
    eva, otto = browse.signed_in("Eva"), browse.signed_in("Otto")
    form = eva.get(f"/contacts/{ada}/edit").form(
        f"/contacts/{ada}/edit",
        **{"job_title": "Head of all", "emails-0-text": "a@x.example", "phones-0-text": "+49 30 9"},
    )
    write(lambda: actions.delete(db.session.get(Contact, ada), db.session.get(User, ids["Mona"])))
    page = form.submit()
    assert page.status == 404
    assert page.has("“Ada Voss” is in the trash") and page.has("Mona Keller moved it there.")
    assert page.has("Head of all")  # what was typed is given back
    given = [fact.text for fact in page.root.all("div", class_="fact")]
    assert {"Emailsa@x.example", "Phones+49 30 9"} <= set(given)
    assert not any(word in " ".join(given) for word in ("kind", "text"))
    assert "csrf_token" not in page.html.split("This is what you typed")[1].split("</dl>")[0]
    part = eva.htmx("POST", f"/contacts/{ada}/edit", "form#edit", {"name": "Ada"})
    assert part.has("“Ada Voss” is in the trash")
    foreign = otto.get(f"/contacts/{ada}")  # of another team: not even that it was there
    assert foreign.status == 404 and not foreign.has("Ada Voss")
