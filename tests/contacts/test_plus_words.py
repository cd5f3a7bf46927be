"""C1: name+word@ is kept apart for sending, and shown as a look-alike of name@."""

import pytest

from crm.contacts import actions
from crm.contacts.queries import by_email, look_alikes, met


@pytest.fixture
def add(cast, write):
    def make(name, address):
        eva = cast["Eva"]
        more = {"owner_id": eva.id, "team_id": cast.sales.id, "by": eva}
        return write(lambda: actions.create(name=name, emails=[address], **more).name)

    return make


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("mira.sommer@hafen.example", "mira.sommer+foo@hafen.example"),
        ("mira.sommer+foo@hafen.example", "mira.sommer@hafen.example"),
    ],
)
def test_a_plus_word_at_any_domain_is_a_hint_and_no_identity(cast, add, known, typed):
    add("Mira Sommer", known)
    add("Miro Sommer", "mira.sommer@other.example")
    found = look_alikes(cast["Eva"], [typed], [])
    assert [one.name for one in found] == ["Mira Sommer"]
    assert met(cast["Eva"], [typed], [], "").is_alike
    assert by_email(typed) is None
