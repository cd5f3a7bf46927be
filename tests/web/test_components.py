"""Controls: what a macro writes, for the eye and for those who listen."""

import pytest
from flask_babel import lazy_gettext
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    HiddenField,
    RadioField,
    SelectField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional

from crm.core.words import spoken
from crm.web.drawing import shown, worded
from crm.web.forms import Form


class DealForm(Form):
    name = EmailField("Mail", [DataRequired("Give an address.")], description="Kept private.")
    note = TextAreaField("Note", [Optional()])
    stage = SelectField("Stage", choices=[("new", "New"), ("won", "Won")])
    reason = RadioField("Why?", choices=[("price", "Too dear"), ("time", "Not now")])
    close_on = DateField("Close date", [Optional()])
    tell = BooleanField("Tell Finn")
    version = HiddenField()


def filled(**values):
    return DealForm(MultiDict(values))


def test_a_button_takes_icon_kind_and_any_attribute(render):
    html = render(
        '{{ ui.button("Call", "primary small", icon="phone", name="act", hx_post="/x", id=None) }}'
    )
    assert '<button class="btn primary small" type="submit" name="act" hx-post="/x">' in html
    assert 'aria-hidden="true"' in html
    assert "id=" not in html


def test_attributes_are_escaped(render):
    html = render('{{ ui.link_button(label, "/x", title=title) }}', label="<b>", title='"><i>')
    assert "&lt;b&gt;" in html
    assert 'title="&#34;&gt;&lt;i&gt;"' in html


def test_a_post_button_is_a_form_with_its_token(render):
    html = render('{{ ui.post_button("Done", "/tasks/9/completion", target="#task-9") }}')
    assert '<form method="post" action="/tasks/9/completion" hx-post="/tasks/9/completion"' in html
    assert 'hx-target="#task-9"' in html
    assert 'name="csrf_token" value="' in html


def test_a_field_ties_label_help_and_error_to_its_control(render):
    form = filled(name="")
    form.validate()
    html = render("{{ ui.field(form.name, autocomplete='email') }}", form=form)
    assert '<label for="name">Mail</label>' in html
    assert 'aria-describedby="name-help name-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'type="email"' in html
    assert 'autocomplete="email"' in html
    assert '<p class="help" id="name-help">Kept private.</p>' in html
    assert '<p class="error" id="name-error">Give an address.</p>' in html


def test_optional_stands_beside_the_label_and_not_in_it(render):
    html = render("{{ ui.field(form.note) }}", form=filled())
    assert '<label for="note">Note</label> <span class="optional">(optional)</span>' in html
    assert 'class="textarea"' in html
    assert "aria-invalid" not in html
    assert "aria-describedby" not in html


@pytest.mark.parametrize(
    ("name", "piece"),
    [
        ("stage", '<select class="select" id="stage" name="stage">'),
        ("close_on", 'class="input date"'),
        ("tell", '<label class="check"><input type="checkbox" id="tell" name="tell" value="y"'),
        ("version", '<input id="version" name="version" type="hidden"'),
    ],
)
def test_each_kind_of_field_has_its_control(render, name, piece):
    assert piece in render("{{ ui.field(form[name]) }}", form=filled(), name=name)


def test_choices_are_a_fieldset_with_the_question_as_legend(render):
    html = render("{{ ui.field(form.reason) }}", form=filled(reason="time"))
    assert '<fieldset class="choices" id="reason" tabindex="-1">' in html
    assert "<legend>Why?</legend>" in html
    assert 'value="time" checked>' in html
    assert 'value="price">' in html


def test_the_summary_names_each_field_and_leads_to_it(render):
    form = filled(name="", stage="new", reason="price")
    form.validate()
    html = render("{{ ui.form_errors(form) }}", form=form)
    assert "One thing stops this from being saved" in html
    assert '<a href="#name">Mail: Give an address.</a>' in html
    assert 'role="alert"' in html


def test_a_form_without_errors_has_no_summary(render):
    assert render("{{ ui.form_errors(form) }}", form=filled()).strip() == ""


def test_the_gauge_says_score_and_tier_and_marks_the_cuts(render):
    html = render('{{ ui.gauge(94, "hot", "Hot", (40, 81)) }}')
    assert 'aria-label="Score 94 of 100, Hot"' in html
    assert 'stroke-dasharray="94.0 100"' in html
    assert "rotate(144.0 60 60)" in html  # 40 of 100 of a turn
    assert "rotate(291.6 60 60)" in html  # 81 of 100


def test_cold_is_drawn_cool(render):
    assert render('{{ ui.tier_tag("cold", "Cold", 15) }}') == (
        '<span class="tag cool">Cold <b>15</b></span>'
    )


def test_a_sorted_column_says_so(render):
    html = render(
        '{% call ui.table("Deals", [{"label": "Value", "sort": "?s=v", "order": "descending"}]) %}'
        "<tr></tr>{% endcall %}"
    )
    assert '<th scope="col" aria-sort="descending"><a href="?s=v">Value</a></th>' in html
    assert 'tabindex="0" role="region" aria-label="Deals, scrolls sideways"' in html


def test_a_chart_holds_its_numbers_as_a_table(render):
    html = render(
        '{{ ui.bar_chart("wait", "Wait", [{"label": "0–15", "value": 50},'
        ' {"label": "15–30", "value": 100}]) }}'
    )
    assert 'height="85.0"' in html  # half of the 170 between base and top
    assert '<th scope="row">0–15</th><td class="num">50</td>' in html


def test_a_toast_offers_undo_by_post(render):
    toast = {"word": "Done.", "text": "Task ticked off.", "undo": "/changes/1/undoing"}
    html = render('{% include "ui/_toast.html" %}', toasts=[toast])
    assert '<div class="toast-place" id="toast" role="status"' in html
    assert '<form method="post" action="/changes/1/undoing">' in html


def test_an_unknown_control_is_named(render):
    with pytest.raises(AttributeError, match="no control named"):
        render('{{ ui.__getattr__("nothing") }}')


def test_every_control_can_be_loaded(kit):
    controls = kit.jinja_env.globals["ui"]
    names = sorted(controls._files)
    assert {"button", "field", "table", "chip", "entry", "line_chart"} <= set(names)
    assert all(callable(getattr(controls, name)) for name in names)


def test_the_shell_has_landmarks_skip_link_and_token(render):
    html = render('{% extends "layouts/app.html" %}{% block title %}Deals{% endblock %}')
    assert "<title>Deals – Tend</title>" in html
    assert 'data-theme="dark" data-density="compact"' in html
    assert '<a class="skip" href="#main">' in html
    assert 'hx-headers:inherited=\'{"X-CSRFToken": "' in html
    assert '<main class="main " id="main" tabindex="-1">' in html
    assert "style=" not in html
    assert "onclick" not in html


def test_values_of_a_text_are_escaped_once_and_numbers_keep_their_places(render):
    said = render(
        '{{ _("%(name)s of %(bold)s: %(share).1f, %(rows)d %%", name="<b>", '
        "bold=bold, share=0.25, rows=7) }}",
        bold=Markup("<i>x</i>"),  # what a macro gives: written already
    )
    assert said == "&lt;b&gt; of <i>x</i>: 0.2, 7 %"


def test_lazy_words_are_in_the_language_spoken_now(kit):
    word = lazy_gettext("Start")
    assert (worded(word), shown(word), worded("<b>")) == ("Start", "Start", "<b>")
    with spoken("de"):
        assert worded(word) == shown(word) == "Beginnen"
    assert worded(word) == "Start"
