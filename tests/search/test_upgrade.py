"""An index that an older Tend wrote is written anew by the clock."""

from sqlalchemy import delete, select

from crm.contacts import actions as contacts
from crm.core.db import db
from crm.search import jobs
from crm.search.models import SearchTypo


def test_names_of_an_older_version_are_found_with_a_typing_error(browse, cast, write):
    write(lambda: contacts.create(name="Lotte Vogelsang", team_id=cast.sales.id))
    write(lambda: db.session.execute(delete(SearchTypo)))
    eva = browse.signed_in("Eva")
    assert not eva.get("/search?q=Vogelsamg").has("Lotte Vogelsang")
    jobs.learn_words()
    assert eva.get("/search?q=Vogelsamg").has("Lotte Vogelsang")
    assert db.session.scalar(select(SearchTypo.word).limit(1))
