"""The least Flask, SQLAlchemy Core and Jinja page that shows the same rows: the floor.

No rights, no filters, no navigation, no history: what is left is the price of the tools.
"""

import os

from flask import Flask, redirect, render_template_string, request
from sqlalchemy import create_engine, event, text

LIST = """<!doctype html><title>Contacts</title><h1>Contacts</h1><table>{% for r in rows %}
<tr><td><a href="/contact/{{ r.id }}">{{ r.name }}</a><td>{{ r.company }}<td>{{ r.quiz_score }}
<td>{{ r.owner }}<td>{{ r.last_touch_at }}</tr>{% endfor %}</table>"""
RECORD = """<!doctype html><title>{{ c.name }}</title><h1>{{ c.name }}</h1><p>{{ c.lifecycle }}
{% for m in mails %}<a href="mailto:{{ m.address }}">{{ m.address }}</a>{% endfor %}<ol>
{% for e in entries %}<li>{{ e.at }} {{ e.title }} {{ e.body }}{% endfor %}</ol>"""
BOARD = """<!doctype html><title>Deals</title><h1>Deals</h1>{% for s in stages %}
<h2>{{ s.name }}</h2>
{% for d in deals if d.stage_id == s.id %}<form method=post><a href="/deal/{{ d.id }}">{{ d.name }}
</a> {{ d.amount_cents }}<select>{% for t in stages %}<option>{{ t.name }}{% endfor %}</select>
</form>{% endfor %}{% endfor %}"""
QUIZ = """<!doctype html><title>{{ q.text }}</title><form method=post><fieldset><legend>{{ q.text }}
</legend>{% for o in q.options %}<label><input type=radio name=o value="{{ o.id }}">{{ o.text }}
</label>{% endfor %}</fieldset><button>Next</button></form>"""
SELECT = """SELECT c.id, c.name, c.quiz_score, c.last_touch_at, c.sort_name, o.name AS company,
u.name AS owner FROM contact c LEFT JOIN company o ON o.id = c.company_id
LEFT JOIN "user" u ON u.id = c.owner_id WHERE c.deleted_at IS NULL """

app = Flask(__name__)
engine = create_engine("sqlite:///" + os.environ["FLOOR_DATABASE"])
QUESTION = {
    "text": "When would you like better follow-up to be in place?",
    "options": [{"id": str(n), "text": f"Option {n}"} for n in range(4)],
}


@event.listens_for(engine, "connect")
def _prepare(connection, _record):
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000"):
        connection.execute("PRAGMA " + pragma)


@event.listens_for(engine, "begin")
def _begin(connection):
    connection.exec_driver_sql(
        "BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN"
    )


def rows(sql, **values):
    with engine.connect() as connection:
        return connection.execute(text(sql), values).all()


def write(*statements):
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        for sql, values in statements:
            connection.execute(text(sql), values)


@app.get("/contacts")
def contacts():
    after = request.args.get("after", "")
    found = rows(
        SELECT + "AND c.sort_name > :after ORDER BY c.sort_name, c.id LIMIT 26", after=after
    )
    return render_template_string(LIST, rows=found[:25])


@app.get("/search")
def search():
    q = request.args["q"]
    found = rows(
        SELECT + "AND c.sort_name >= :q AND c.sort_name < :z ORDER BY c.sort_name LIMIT 25",
        q=q,
        z=q + "\uffff",
    )
    return render_template_string(LIST, rows=found)


@app.get("/contacts/<int:key>")
def contact(key):
    return render_template_string(
        RECORD,
        c=rows("SELECT * FROM contact WHERE id = :k", k=key)[0],
        mails=rows("SELECT * FROM contact_email WHERE contact_id = :k", k=key),
        entries=rows("SELECT * FROM entry WHERE contact_id = :k ORDER BY at DESC LIMIT 25", k=key),
    )


@app.get("/deals")
def deals():
    return render_template_string(
        BOARD,
        stages=rows("SELECT * FROM stage ORDER BY position"),
        deals=rows("SELECT * FROM deal WHERE deleted_at IS NULL ORDER BY rank LIMIT 100"),
    )


@app.get("/")
def today():
    found = rows("SELECT * FROM task WHERE closed_at IS NULL ORDER BY due_at LIMIT 25")
    return render_template_string(
        "<!doctype html><title>Today</title><h1>Today</h1>{% for t in rows %}<p>{{ t.title }}"
        "{{ t.due_at }}{% endfor %}",
        rows=found,
    )


@app.post("/contacts")
def create():
    name = request.form["name"]
    write(
        (
            "INSERT INTO floor_contact (name, email) VALUES (:n, :e)",
            {"n": name, "e": request.form["email"]},
        )
    )
    return redirect("/contacts", 303)


@app.post("/contacts/<int:key>/notes")
def note(key):
    write(
        (
            "INSERT INTO floor_note (contact_id, body) VALUES (:k, :b)",
            {"k": key, "b": request.form["body"]},
        )
    )
    return render_template_string("<li>{{ body }}</li>", body=request.form["body"])


@app.get("/quiz")
def quiz():
    return render_template_string(QUIZ, q=QUESTION)


@app.post("/quiz")
def submit():
    email = request.form["email"]
    write(
        ("INSERT INTO floor_contact (name, email) VALUES (:n, :e)", {"n": email, "e": email}),
        ("INSERT INTO floor_note (contact_id, body) VALUES (1, :b)", {"b": email}),
    )
    return redirect("/quiz", 303)
