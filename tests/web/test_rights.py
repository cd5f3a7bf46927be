"""Z2: every route for every role, and for records of one's own team, foreign and deleted ones.

What is expected stands in tests/rights.txt, not in the code that is tested.
"""

from pathlib import Path

import pytest
from sqlalchemy import select

from crm.activities import actions as activities
from crm.companies import actions as companies
from crm.contacts import actions as contacts
from crm.core.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.demo import deals as demo_deals
from crm.web.access import policy

TABLE = Path(__file__).parents[1] / "rights.txt"
GROUPS = {
    "ALL": {"Olga", "Adam", "Mona", "Eva", "Max", "Rita"},
    "EDIT": {"Olga", "Adam", "Mona", "Eva", "Max"},
    "RUN": {"Olga", "Adam", "Mona"},
    "MARKET": {"Olga", "Adam", "Mona", "Max"},
    "EXPORT": {"Olga", "Adam", "Mona", "Max"},
    "ADMIN": {"Olga", "Adam"},
}
COLUMNS = ("GET", "POST", "STRANGER", "MATE")
NOBODYS = 999_999
# What changes the reader's own sign-in.
APART = {"accounts.sign_out", "static"}


def table():
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [line.split(" | ") for line in lines if line and not line.startswith("#")]
    return {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in rows}


def row_of(rule, rows):
    fitting = [
        one for one in rows if rule == one or rule.startswith((one + "/", one + ".")) or
        (one.startswith("/<") and rule.startswith(one))
    ]  # fmt: skip
    assert fitting, f"{rule} stands nowhere in tests/rights.txt"
    row = rows[max(fitting, key=len)]
    is_form = any(one[0] == "*" and rule.endswith(one[1:]) for one in rows)
    return row | {"GET": row["POST"]} if is_form and row["POST"] != "-" else row


def routes(app):
    """Every route and method that is not public."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if policy(rule.endpoint)[0] == "public" or rule.endpoint in APART:
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):
            yield rule, method


def words_of(rule, name):
    """The words an address may have at this place; none where it is free."""
    return getattr(rule._converters.get(name), "items", ())


def address(rule, number, **more):
    parts = {}
    for name in rule.arguments - set(rule.defaults or {}):
        items = words_of(rule, name)
        word = more.get(name)
        parts[name] = word if word in items else min(items) if items else str(number)
    return rule.build(parts)[1]


class Reader:
    def __init__(self, browse, name):
        self.browse = browse.signed_in(name)
        self.app, self.token = self.browse.app, self.browse.csrf()

    def status(self, method, url):
        return self.answer(method, url).status_code

    def answer(self, method, url):
        with self.app.app_context():
            headers = {"X-CSRFToken": self.token}
            return self.browse.client.open(url, method=method, headers=headers)


def test_z2_the_table_names_every_route(app):
    rows = table()
    for rule, method in routes(app):
        assert row_of(rule.rule, rows)[method] != "-", (rule.rule, method)


@pytest.mark.parametrize("name", sorted(GROUPS["ALL"]))
def test_z2_each_role_opens_and_sends_what_the_table_says(app, browse, name):
    rows, reader, wrong = table(), Reader(browse, name), []
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for rule, method in routes(app):
        is_let = name in GROUPS[row_of(rule.rule, rows)[method]]
        if is_let and rule.endpoint in {"security.revoke_all", "security.revoke_others"}:
            continue
        status = reader.status(method, address(rule, NOBODYS))
        if status >= 500 or (status == 403) == is_let:
            wrong.append(f"{method} {rule.rule}: {status}, the table says {is_let}")
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def records(app, cast, write):
    """Records of the sales team, those of the partners, and one of each in the trash."""
    made = {}

    def fill():
        demo_deals.add(cast)
        stage = db.session.scalars(select(Deal)).first().stage
        for key, name, team in (("sales", "Eva", cast.sales), ("trash", "Eva", cast.sales),
                                ("partners", "Otto", cast.partners)):  # fmt: skip
            by = cast[name]
            contact = contacts.create(name=f"{key} C", owner_id=by.id, team_id=team.id, by=by)
            company = companies.create(f"{key} F", owner_id=by.id, team_id=team.id)
            deal = deals.create(f"{key} D", stage=stage, by=by, owner=by, contact=contact)
            task = activities.add_task(
                "Call", owner_id=by.id, contact_id=contact.id, by=by, team_id=team.id
            )
            note = activities.write_note(by=by, body="Note", contact_id=contact.id)
            db.session.flush()
            made[key] = {
                "contacts": contact.id, "companies": company.id, "deals": deal.id,
                "tasks": task.id, "entries": note.id,
            }  # fmt: skip
            if key == "trash":
                contacts.delete(contact, by)
                companies.delete(company, by)

    write(fill)
    return made


def of_records(app, kinds):
    """Routes of one record each: (rule, method, kind)."""
    for rule, method in routes(app):
        for kind in kinds:
            is_shared = kind in {*words_of(rule, "kind"), *words_of(rule, "plural")}
            is_own = rule.rule.startswith(f"/{kind}/<int:")
            if is_own or is_shared:
                yield rule, method, kind


@pytest.mark.parametrize("name", ["Otto", "Eva"])
def test_z2_foreign_records_are_not_there(app, browse, records, name):
    theirs = records["sales" if name == "Otto" else "partners"]
    reader, wrong, rows = Reader(browse, name), [], table()
    for rule, method, kind in of_records(app, theirs):
        url = address(rule, theirs[kind], kind=kind, plural=kind)
        status, is_let = (
            reader.status(method, url),
            "Eva" in GROUPS[row_of(rule.rule, rows)[method]],
        )
        if status != (404 if is_let else 403):
            wrong.append(f"{method} {url}: {status}")
    assert not wrong, "\n".join(wrong)


def test_z2_what_lies_in_the_trash_is_not_there(app, browse, records):
    reader, wrong, rows = Reader(browse, "Eva"), [], table()
    trashed = {kind: records["trash"][kind] for kind in ("contacts", "companies")}
    for rule, method, kind in of_records(app, trashed):
        if "restoration" in rule.rule or "history" in rule.rule:
            continue
        url = address(rule, trashed[kind], kind=kind, plural=kind)
        status, is_let = (
            reader.status(method, url),
            "Eva" in GROUPS[row_of(rule.rule, rows)[method]],
        )
        if status != (404 if is_let else 403):
            wrong.append(f"{method} {url}: {status}")
    assert not wrong, "\n".join(wrong)


def test_z2_records_of_the_own_team_are_there_for_mates(app, browse, records):
    finn, wrong = Reader(browse, "Finn"), []
    for kind, number in records["sales"].items():
        if kind == "entries":
            continue
        if finn.status("GET", f"/{kind}/{number}") != 200:
            wrong.append(kind)
    assert not wrong
