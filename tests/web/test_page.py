"""Whole page or fragment: decided by three headers, in one place."""

import shutil

import pytest
from flask import Blueprint
from jinja2 import DictLoader
from wtforms import StringField
from wtforms.validators import InputRequired

from crm import create_app
from crm.core.refusal import Conflict, Refused
from crm.web.access import public
from crm.web.csrf import no_session
from crm.web.forms import Form
from crm.web.page import changed, page, perform, toast
from tests.conftest import settings

PAGE = """<!doctype html><html lang="en"><head><title>Deal</title></head><body><main>
<h1>Deal</h1>{% block deal_stage %}<section id="deal-stage">{{ stage }}</section>{% endblock %}
{% block timeline %}<ol id="timeline"><li>{{ stage }}</li></ol>{% endblock %}
{% block deal_form %}<div id="deal-form">{{ form.form_errors if form else '' }}</div>{% endblock %}
</main></body></html>"""
TASK = '<li id="task-7">{{ stage }}</li>'
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


class StageForm(Form):
    stage = StringField(validators=[InputRequired("Choose a stage.")])


@pytest.fixture
def client(tmp_path, empty_database, the_clock):
    shutil.copy(empty_database, tmp_path / "tend.sqlite3")
    app = create_app(settings(tmp_path, the_clock.path))
    app.jinja_loader = DictLoader(
        {
            "deal.html": PAGE,
            "_task.html": TASK,
            "ui/_toast.html": "<p id='toast'>{{ toasts[0].word }}</p>",
        }
    )
    bp = Blueprint("kit", __name__)

    @bp.route("/deal")
    @public("test")
    def show():
        return page("deal.html", part="_task.html", stage="Proposal")

    @bp.post("/deal")
    @public("test")
    @no_session
    def change():
        form = StageForm()
        if perform(form, act, form.stage.data):
            toast("Moved")
            return changed("/deal", "deal.html", "deal_stage", "timeline", stage=form.stage.data)
        return page("deal.html", status=422, block="deal_form", form=form, stage="old")

    @bp.post("/gone")
    @public("test")
    @no_session
    def leave():
        return changed("/deal")

    app.register_blueprint(bp)
    with app.app_context():
        yield app.test_client()


def act(stage):
    if stage == "no":
        raise Refused("Not that one.")
    if stage == "stale":
        raise Conflict("Changed meanwhile.")


def htmx(client, method, url, target, **more):
    return getattr(client, method)(url, headers={**HTMX, "HX-Target": target}, **more)


def test_without_htmx_it_is_the_whole_page_and_vary_names_three_headers(client):
    answer = client.get("/deal")
    assert answer.text.startswith("<!doctype")
    assert "HX-Request, HX-Request-Type, HX-Target" in answer.headers["Vary"]


def test_htmx_gets_the_block_named_like_its_target(client):
    assert htmx(client, "get", "/deal", "section#deal-stage").text == (
        '<section id="deal-stage">Proposal</section>'
    )


def test_a_whole_page_asked_for_by_htmx_is_a_whole_page(client):
    answer = client.get(
        "/deal", headers={**HTMX, "HX-Request-Type": "full", "HX-Target": "section#deal-stage"}
    )
    assert answer.text.startswith("<!doctype")


def test_a_target_the_page_does_not_have_gets_the_whole_page(client):
    assert htmx(client, "get", "/deal", "div#nothing").text.startswith("<!doctype")


def test_a_numbered_target_gets_its_part(client):
    assert htmx(client, "get", "/deal", "li#task-7").text == '<li id="task-7">Proposal</li>'


def test_a_change_answers_303_without_htmx(client):
    answer = client.post("/deal", data={"stage": "Won"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/deal")


def test_a_change_answers_its_blocks_and_the_toast_to_htmx(client):
    answer = htmx(client, "post", "/deal", "section#deal-stage", data={"stage": "Won"})
    assert answer.status_code == 200
    assert answer.text.startswith('<section id="deal-stage">Won</section>')
    assert (
        '<hx-partial hx-target="#timeline" hx-swap="outerMorph"><ol id="timeline">' in answer.text
    )
    assert '<hx-partial hx-target="#toast"' in answer.text


def test_another_page_after_htmx_is_a_204_with_redirect(client):
    answer = htmx(client, "post", "/gone", "section#deal-stage")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/deal")


def test_a_refusal_is_422_at_the_form_and_retargets(client):
    answer = htmx(client, "post", "/deal", "section#deal-stage", data={"stage": "no"})
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#deal-form"
    assert "Not that one." in answer.text
    assert client.post("/deal", data={"stage": ""}).status_code == 422


def test_a_conflict_is_409(client):
    assert client.post("/deal", data={"stage": "stale"}).status_code == 409
