"""V4 on both databases: texts, typing errors, own fields; and few related records in long lists."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from crm import create_app
from crm.accounts.models import User
from crm.activities import actions as activities
from crm.activities.actions import notes
from crm.activities.models import Task
from crm.contacts import actions as contacts
from crm.contacts.models import Contact
from crm.contacts.queries.likeness import met
from crm.core import clock
from crm.core.db import db, run
from crm.deals import actions as deals
from crm.deals.models import Deal, Stage
from crm.deals.queries import Wish, cards, sums
from crm.demo import people, records
from crm.fields import actions as fields
from crm.fields.models import CustomField
from crm.filters.queries import Engine, related
from crm.filters.rules import loads
from crm.search import notes as notes_found
from crm.search import queries, wording
from crm.search.models import SearchField
from tests.conftest import Clock, settings
from tests.servers import Postgres


@pytest.fixture(scope="module", params=["sqlite", pytest.param("pg", marks=pytest.mark.postgres)])
def world(request, tmp_path_factory):
    """The demo's records on one database after the other; tests add what only they ask for."""
    folder = tmp_path_factory.mktemp("search")
    Clock(folder / "clock")
    server = Postgres() if request.param == "pg" else None
    more = {"DATABASE_URL": server.url().replace("sql://", "sql+psycopg://")} if server else {}
    app = create_app(settings(folder, folder / "clock", **more))
    with app.app_context():
        db.create_all()
        cast = run(people.add)
        made = run(lambda: records.add(cast))
        numbers = {name: row.id for name, row in made.contacts.items()}
        yield SimpleNamespace(app=app, numbers=numbers)
        db.session.remove()
        db.engine.dispose()
    if server:
        server.stop()
    clock.use_file("")


def eva():
    return db.session.scalars(select(User).where(User.name.like("Eva%"))).one()


def found(text, kind="contact"):
    return [row.name for row in queries.found(eva(), text).rows.get(kind, [])]


def test_v4_a_typing_error_is_forgiven(world):
    for text in ("lindgern", "lindren", "linddgren", "lyndgren", "oskra lindgren"):
        assert "Oskar Lindgren" in found(text), text
    assert found("lxxdgrxn") == []


def test_v4_what_a_hyphen_ties_is_found_either_way(world):
    team = eva().team_ids[0]
    for name in ("Jeanluc Picard", "Jean-Luc Godard", "Jean Paul"):
        run(lambda name=name: contacts.create(name=name, team_id=team))
    for text in ("jean-luc", "jeanluc", "JEAN\u2011LU"):
        assert sorted(found(text)) == ["Jean-Luc Godard", "Jeanluc Picard"], text
    assert found("jean-luc picard") == ["Jeanluc Picard"]
    rows = queries.more(eva(), "jean-luc", "contact").rows["contact"]
    assert [row.name for row in rows] == ["Jean-Luc Godard", "Jeanluc Picard"]


def test_o6_who_is_named_as_typed_stands_first_then_beginnings_then_other_words(world, monkeypatch):
    monkeypatch.setattr(queries, "MOST", 10)  # however many others there are
    team = eva().team_ids[0]
    clerks = [f"Aaron Clerk {n:02}" for n in range(30)]

    named = ["Quent", "Quent Zander", "Quentin Abel", "Bea Quent", "Zoe Abel-Quent"]

    def add():
        for name in clerks + named[::-1]:
            mails = [f"{name[-2:]}@quent-werke.example"] if name in clerks else []
            contacts.create(name=name, emails=mails, team_id=team)

    run(add)
    assert found("quent")[:3] == named[:3]
    assert found("Quent, ")[0] == "Quent"
    assert found("abel quent") == ["Quentin Abel", "Zoe Abel-Quent"]
    page = queries.more(eva(), "QUENT", "contact")
    assert [row.name for row in page.rows["contact"]] == named + clerks[:20]
    page = queries.more(eva(), "QUENT", "contact", page.after)
    assert [row.name for row in page.rows["contact"]] == clerks[20:]


def test_v4_texts_are_found_by_beginnings_of_words_without_marks(world):
    mira = world.numbers["Mira Sommer"]
    note = run(
        lambda: activities.write_note(by=eva(), body="Wünscht Œuvre in Zürich", contact_id=mira)
    )
    reply = run(lambda: notes.reply(db.session.merge(note), eva(), "Basel geht auch"))
    (hit,) = queries.found(eva(), "wunscht zur").rows["note"]
    assert (hit.name, hit.url) == (
        "Mira Sommer", f"/contacts/{mira}?entry={note.id}#event-{note.id}")  # fmt: skip
    assert queries.found(eva(), "zurch").rows["note"] == []
    (below,) = queries.found(eva(), "basel").rows["note"]
    assert below.id == reply.id and below.url == hit.url


def test_v4_texts_of_others_hide_none_of_ones_own_however_many_they_are(world, monkeypatch):
    own = world.numbers["Mira Sommer"]

    def add(who, contact, body):
        return run(lambda: activities.write_note(by=who, body=body, contact_id=contact).id)

    def of_otto():
        by_otto = db.session.scalars(select(User).where(User.name.like("Otto%"))).one()
        return contacts.create(name="Else Where", team_id=by_otto.team_ids[0]).id

    oldest = add(eva(), own, "Pangolin eins")
    elsewhere = run(of_otto)
    for n in range(5):
        add(eva(), elsewhere, f"Pangolin {n}")
    newest = add(eva(), own, "Pangolin zwei")
    for limits in ({"LOOKED": 3}, {"MANY": 2, "WINDOW": 3}):
        for name, value in limits.items():
            monkeypatch.setattr(notes_found, name, value)
        seen, after, pages = [], None, 0
        while pages == 0 or after:
            page = queries.more(eva(), "pangolin", "note", after)
            assert bool(page) == bool(page.rows["note"] or page.after)
            seen, after, pages = seen + [one.id for one in page.rows["note"]], page.after, pages + 1
        assert (seen, pages) == ([newest, oldest], 3)
    first = queries.found(eva(), "pangolin")
    assert ([one.id for one in first.rows["note"]], first.counts["note"]) == ([newest], 2)


def test_v4_a_chosen_option_is_found_while_its_field_is_in_use(world):
    names = ("Mira Sommer", "Oskar Lindgren", "Lotte Bakker")

    def add():
        field = fields.create(
            "contact", "Branch", "select", by=eva(), options=["Windkraft", "Wasser"]
        )
        db.session.flush()
        for name, option in zip(names, (0, 0, 1), strict=True):
            row = db.session.get(Contact, world.numbers[name])
            value = str(field.options[option].id)
            fields.set_values(row, {f"cf_{field.id}": value}, eva())
        return field.id

    number = run(add)

    def change(act):
        run(lambda: act(db.session.get(CustomField, number), eva()))

    assert sorted(found("windkr")) == ["Mira Sommer", "Oskar Lindgren"]
    assert found("wasser") == ["Lotte Bakker"]
    change(fields.archive)
    assert found("windkr") == [] and found("wasser") == []
    change(fields.restore)
    assert sorted(found("windkraft")) == ["Mira Sommer", "Oskar Lindgren"]

    def rename():
        field = db.session.get(CustomField, number)
        fields.rename_option(field, field.options[0], "Gezeiten", eva())

    run(rename)
    assert found("windkraft") == [] and sorted(found("gezeiten")) == [
        "Mira Sommer",
        "Oskar Lindgren",
    ]

    def choose_other():
        field = db.session.get(CustomField, number)
        row = db.session.get(Contact, world.numbers[names[0]])
        fields.set_values(row, {f"cf_{number}": str(field.options[1].id)}, eva())

    run(choose_other)
    assert found("gezeiten") == ["Oskar Lindgren"]
    assert sorted(found("wasser")) == ["Lotte Bakker", "Mira Sommer"]


def test_v4_many_records_of_a_field_are_worded_anew_in_pieces(world, monkeypatch):
    monkeypatch.setattr(wording, "AT_ONCE", 1)

    def add():
        field = fields.create("contact", "Remark", "text", by=eva())
        db.session.flush()
        for name in ("Mira Sommer", "Oskar Lindgren", "Lotte Bakker"):
            row = db.session.get(Contact, world.numbers[name])
            fields.set_values(row, {f"cf_{field.id}": "Quarzsand"}, eva())
        return field.id

    number = run(add)
    assert len(found("quarzsand")) == 3
    run(lambda: fields.archive(db.session.get(CustomField, number), eva()))
    assert len(found("quarzsand")) == 2
    assert run(lambda: wording.go_on(1)) > 0 and len(found("quarzsand")) == 1
    assert run(lambda: wording.go_on(1)) == 0 and found("quarzsand") == []
    assert db.session.scalars(select(SearchField)).all() == []
    assert run(lambda: wording.go_on(1)) == 0


def test_v5_few_related_records_are_looked_up_and_many_are_not(world, monkeypatch):
    monkeypatch.setattr(related, "FEW", 3)
    monkeypatch.setattr(related, "SHARE", 1)
    engine = Engine(eva())

    def rows(text):
        node = engine.tree(loads(text), "contact")
        plain = engine.condition(node, "contact")
        quick = engine.condition(node, "contact", looks_up=True)
        wanted = select(Contact.id).order_by(Contact.id)
        numbers = list(db.session.scalars(wanted.where(quick)))
        assert numbers == list(db.session.scalars(wanted.where(plain)))
        return numbers, "EXISTS" in str(quick)

    few, is_asked_each = rows("company.some(name.contains:hafen)")
    assert world.numbers["Mira Sommer"] in few and not is_asked_each
    none, is_asked_each = rows("company.some(name.contains:nobody)")
    assert none == [] and not is_asked_each
    most, is_asked_each = rows("company.none(name.contains:hafen)")
    assert not set(most) & set(few) and not is_asked_each
    many, is_asked_each = rows("company.some(name.filled)")
    assert len(many) > 3 and is_asked_each
    monkeypatch.setattr(related, "FEW", 10_000)
    not_few, is_asked_each = rows("company.some(name.filled)")
    assert not_few == many and not is_asked_each
    others, is_asked_each = rows("company.none(name.filled)")
    assert others and not set(others) & set(many) and not is_asked_each


def test_v5_a_board_shows_the_first_of_each_stage_and_sums_all(world):
    def add():
        deals.create_default_pipeline()
        db.session.flush()
        stages = {one.name: one for one in db.session.scalars(select(Stage))}
        mira = db.session.get(Contact, world.numbers["Mira Sommer"])
        for stage, count in (("Discovery", 5), ("Proposal", 2)):
            for n in range(count):
                deals.create(f"{stage} {n}", stage=stages[stage], by=eva(), amount_cents=100 + n,
                             contact=mira if n == 1 else None)  # fmt: skip
        return {name: one.id for name, one in stages.items()}, stages["Discovery"].pipeline_id

    stages, line = run(add)
    first, second = stages["Discovery"], stages["Proposal"]
    wish = Wish(line)

    def shown(wish, **more):
        found = cards(eva(), wish, limit=2, **more)
        return {stage: [card.name for card in some] for stage, some in found.items()}

    by_rank = [f"Discovery {n}" for n in range(5)]
    own = [row.name for row in db.session.scalars(select(Deal).where(Deal.stage_id == first)
                                                  .order_by(Deal.rank, Deal.id))]  # fmt: skip
    assert sorted(own) == by_rank
    assert shown(wish)[first] == own[:2] and len(shown(wish)[second]) == 2
    assert shown(wish, more={first: 4})[first] == own[:4]
    assert len(shown(wish, more={first: 4})[second]) == 2
    held = sums(eva(), wish)
    assert {stage: (one.count, one.cents, one.bare) for stage, one in held.items()} == {
        first: (5, 510, 5), second: (2, 201, 2)}  # fmt: skip
    named = Wish(line, text="mira")
    assert shown(named) == {first: ["Discovery 1"], second: ["Proposal 1"]}
    assert {stage: one.count for stage, one in sums(eva(), named).items()} == {first: 1, second: 1}
    # Whatever their state, in this pipeline and in all.
    assert sums(eva(), Wish(line, state="")) == held
    every = sums(eva(), Wish(state="", text="mira"))
    assert (every[first].count, every[second].count) == (1, 1)


def test_v5_who_has_an_address_with_a_further_word_is_told(world):
    def add():
        contacts.create(name="Plus One", emails=["plus@hafen.example"], team_id=eva().team_ids[0])
        contacts.create(name="With Word", emails=["word+list@hafen.example"],
                        team_id=eva().team_ids[0])  # fmt: skip

    run(add)
    for typed in ("plus+news@hafen.example", "word@hafen.example", "word+list@hafen.example"):
        assert met(eva(), [typed], [], "").is_alike, typed
    assert not met(eva(), ["wor@hafen.example"], [], "").is_alike
    assert not met(eva(), ["word@elsewhere.example"], [], "").is_alike


def test_v4_tasks_are_found_by_title_and_note_and_tags_by_name(world):
    mira = world.numbers["Mira Sommer"]

    def add():
        by = eva()
        otto = db.session.scalars(select(User).where(User.name.like("Otto%"))).one()
        own = activities.add_task("Wärmepumpe erklären", owner_id=by.id, contact_id=mira,
                                  note="mit Zürcher Preisen", by=by)  # fmt: skip
        other = activities.add_task("Wärmepumpe bestellen", owner_id=otto.id, by=otto,
                                    team_id=otto.team_ids[0])  # fmt: skip
        contacts.tag(db.session.get(Contact, mira), "Wärmepumpen Kunde", by=by)
        db.session.flush()
        return own.id, other.id

    own, other = run(add)
    (hit,) = queries.found(eva(), "warmepumpe").rows["task"]
    assert (hit.id, hit.name, hit.first, hit.url) == (
        own, "Wärmepumpe erklären", "Mira Sommer", f"/tasks/{own}")  # fmt: skip
    assert [one.id for one in queries.found(eva(), "zurcher erkl").rows["task"]] == [own]
    assert queries.found(eva(), "w").rows["task"] == []
    (tag,) = queries.found(eva(), "kunde warme").rows["tag"]
    assert tag.url == "/contacts?tag=W%C3%A4rmepumpen+Kunde"
    assert queries.found(eva(), "unde").rows["tag"] == []

    def change():
        task = db.session.get(Task, own)
        task.title = "Dachrinne"
        activities.complete_task(task, eva())

    run(change)
    assert queries.found(eva(), "warmepumpe").rows["task"] == []
    (hit,) = queries.found(eva(), "dachrinne").rows["task"]
    assert hit.level == "done"
    olga = db.session.scalars(select(User).where(User.name.like("Olga%"))).one()
    assert [one.id for one in queries.found(olga, "warmepumpe").rows["task"]] == [other]


def test_v4_many_tasks_are_read_page_by_page(world):
    def add():
        return [activities.add_task(f"Ziegel {n}", owner_id=eva().id, by=eva()) for n in range(30)]

    made = [task.id for task in run(add)]
    found = queries.found(eva(), "ziegel")
    assert [one.id for one in found.rows["task"]] == made[:-9:-1]
    assert found.counts["task"] == 9
    first = queries.more(eva(), "ziegel", "task")
    second = queries.more(eva(), "ziegel", "task", first.after)
    seen = [one.id for page in (first, second) for one in page.rows["task"]]
    assert seen == made[::-1] and second.after is None


def test_v4_an_address_beside_a_name_is_no_further_hit(world):
    def add():
        for n in range(3):
            contacts.create(name=f"Quirin {n}", emails=[f"quirin{n}.quirin@quirin{n}.example"],
                            team_id=eva().team_ids[0])  # fmt: skip

    run(add)
    found = queries.found(eva(), "quirin")
    assert (found.counts["contact"], found.cut) == (3, set())
