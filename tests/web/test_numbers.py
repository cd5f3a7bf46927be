"""Numbers in addresses, questions and forms that no row can have: no such row, never a failure."""

import re
from pathlib import Path

import pytest
from wtforms import IntegerField, RadioField, SelectField

from crm.web.forms import Form
from tests.web.test_rights import APART, routes
from tests.web.test_strangers import addresses, numbers_of

CODE = Path(__file__).parents[2] / "crm"
HUGE = "9" * 20  # more than either database has a number for
ADDRESSES = (
    "/tasks/new?after=%s",
    "/deals/new?contact=%s",
    "/deals/new?company=%s&stage=%s",
    "/deals?more=%s&upto=%s",
    "/files?before=%s",
    "/outbox?before=%s",
    "/batches?before=%s",
    "/import?before=%s",
    "/export?before=%s",
    "/notifications?before=%s&seen=%s",
    "/?start=%s&gone=%s&done=%s",
)
# What is read by hand of an address or a form; forms say themselves what they read.
ASKED = re.compile(r"(?:request\.(?:args|values|form)|said|form|args)\.get(?:list)?\(f?\"([\w-]+)")
# Signing out and who has what are not asked here; "act" and "row" choose what a button does.
LEFT_OUT = {"act", "row"}
LEAVING = APART | {"security.revoke_all", "security.revoke_others"}


def asked_names():
    """Every name that some page reads of an address or a form by hand."""
    code = "".join(path.read_text(encoding="utf-8") for path in CODE.rglob("*.py"))
    found = set(ASKED.findall(code)) - LEFT_OUT
    assert {"before", "after", "more", "upto", "seen", "contact", "cap-"} <= found
    return found


def typed_names(kind=Form):
    """Every field of a form that is read as a number."""
    for form in kind.__subclasses__():
        for name in dir(form):
            field = getattr(getattr(form, name), "field_class", object)
            if issubclass(field, IntegerField | SelectField | RadioField):
                yield name
        yield from typed_names(form)


@pytest.mark.parametrize("number", [HUGE, "9" * 5000, "-1", "²", "x"])
def test_a_number_that_no_row_can_have_finds_nothing(browse, cast, number):
    olga = browse.signed_in("Olga")
    asked = {address: address.replace("%s", number) for address in ADDRESSES}
    found = {address: olga.get(url).status for address, url in asked.items()}
    assert {address: status for address, status in found.items() if status >= 500} == {}


def test_no_page_fails_by_a_number_that_no_database_has(app, planted, browse):
    """Each address with all that is ever asked for, each form with all its numbers too large."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    olga = browse.signed_in("Olga")
    failed, count = [], 0
    asked = dict.fromkeys(asked_names(), HUGE)
    typed = asked | dict.fromkeys(typed_names(), HUGE)
    typed |= {f"{name}4": HUGE for name in asked if name.endswith("-")}  # one row per person
    headers = {"X-CSRFToken": olga.csrf()}
    for rule, method in routes(app):
        if rule.endpoint in LEAVING:
            continue
        said = {"query_string": asked} if method == "GET" else {"data": typed}
        for url in addresses(rule, planted):
            high = re.sub(r"(?<=/)\d+(?=/|$)", HUGE, url) if numbers_of(rule) else url
            for sent in {url, high}:
                count += 1
                with app.app_context():
                    answer = olga.client.open(
                        sent, method=method, headers=headers, buffered=True, **said
                    )
                if answer.status_code >= 500:
                    failed.append(f"{method} {sent}: {answer.status_code}")
    assert not failed, "\n".join(failed)
    assert count > 600
