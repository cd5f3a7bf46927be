"""Fields that are made from those of the form before are as WTForms makes them."""

import pkgutil
from importlib import import_module

import pytest
from werkzeug.datastructures import ImmutableMultiDict

import crm
from crm.contacts.forms import ContactForm, FactForm, WayForm
from crm.web.forms import Form


def _forms(kind=Form):
    for one in kind.__subclasses__():
        yield one
        yield from _forms(one)


def _said(field):
    """What a field holds of its own, as it can be compared."""
    said = {name: value for name, value in vars(field).items() if name not in {"_form", "meta"}}
    said["flags"], said["label"] = vars(field.flags), (field.label.field_id, str(field.label.text))
    return said


def test_each_field_of_each_form_is_as_it_is_made_the_first_time(app):
    for found in pkgutil.walk_packages(crm.__path__, "crm."):
        if found.name.endswith("forms") or ".forms." in found.name:
            import_module(found.name)
    seen = 0
    with app.test_request_context():
        for kind in {ContactForm, FactForm, WayForm, *_forms()}:
            if kind.__init__ is not Form.__init__ and kind is not WayForm:
                continue  # asks for more than what was sent
            kind(formdata=None)
            form = kind(formdata=None)
            for name, unbound in kind._unbound_fields:
                words = form.meta.get_translations(form)
                plain = unbound.bind(form=form, name=name, prefix="", translations=words)
                plain.process(None)
                made = form[name]
                assert type(made) is type(plain)
                assert (made._form, made.meta) == (form, form.meta)
                if type(made).__name__ not in {"FormField", "FieldList"}:
                    made.process(None)
                    assert _said(made) == _said(plain), f"{kind.__name__}.{name}"
                    seen += 1
    assert seen > 100


@pytest.fixture
def rows(app):
    """The contact's form over rows 0 and 4 of addresses."""
    sent = {"name": "Ada", "emails-0-text": " a@b.example ", "emails-4-text": "c@d.example"}
    with app.test_request_context():
        yield lambda: ContactForm(formdata=ImmutableMultiDict(sent))


def test_rows_have_names_of_their_own_and_what_was_sent_for_them(rows):
    rows()
    form = rows()
    fields = [row.form.text for row in form.emails]
    assert [(one.name, one.id, one.label.field_id, one.data) for one in fields] == [
        ("emails-0-text", "emails-0-text", "emails-0-text", "a@b.example"),
        ("emails-1-text", "emails-1-text", "emails-1-text", "c@d.example"),
    ]
    assert [(row.name, str(row.label.text)) for row in form.emails] == [
        ("emails-0", "E-mail"),
        ("emails-1", "E-mail"),
    ]


def test_what_a_page_changes_of_its_form_stays_with_it(rows):
    one = rows()
    one.locale.choices.append(("tlh", "Klingon"))
    one.name.label.text, one.name.description = "Who", "As on the card."
    one.name.render_kw = {"readonly": True}
    one.owner_id.choices = [("", "Nobody")]
    two = rows()
    assert ("tlh", "Klingon") not in two.locale.choices
    assert (str(two.name.label.text), two.name.description) == ("Name", "")
    assert two.name.render_kw is None
    assert two.owner_id.choices == []
