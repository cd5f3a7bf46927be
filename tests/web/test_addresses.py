"""Addresses made from one that was built before are those that Flask builds."""

import pytest
from flask import Flask, url_for

PREFIX = "/below"


@pytest.fixture
def address(app):
    return app.jinja_env.globals["url_for"]


def test_every_address_of_numbers_is_flasks_own_at_any_place(app, address):
    rules = [
        rule
        for rule in app.url_map.iter_rules()
        if all(type(one).__name__ == "Number" for one in rule._converters.values())
    ]
    assert len(rules) > 100
    for root in ("", PREFIX):
        with app.test_request_context("/contacts/7", environ_base={"SCRIPT_NAME": root}):
            for rule in rules:
                for first in (7, 0, 2**53):
                    names = sorted(rule.arguments)
                    values = {name: first + place for place, name in enumerate(names)}
                    for given in (values, values | {"page": 3}):
                        own = Flask.url_for(app, rule.endpoint, **given)
                        assert address(rule.endpoint, **given) == own
                        assert url_for(rule.endpoint, **given) == own


def test_texts_and_names_within_a_part_are_built_as_ever(app, address):
    with app.test_request_context("/contacts/7"):
        assert address(".show", contact_id=8) == "/contacts/8"
        assert address("contacts.index", view="a b%") == "/contacts?view=a+b%25"
        assert address("contacts.index", view=4) == "/contacts?view=4"
        assert address("contacts.show", contact_id=8, _anchor="timeline") == "/contacts/8#timeline"
        whole = address("contacts.show", contact_id=8, _external=True)
        assert (
            whole == "http://localhost/contacts/8" == url_for(".show", contact_id=8, _external=True)
        )
        assert address("contacts.show", contact_id=8, list=True) == "/contacts/8?list=True"
