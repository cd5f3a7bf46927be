"""Only people who work with records, and may see this one, are offered as its owner."""

from datetime import date

import pytest

from crm.accounts import queries
from crm.accounts.actions import absence
from crm.activities import actions as activities
from crm.contacts.models import Contact
from crm.core.db import db
from crm.core.refusal import Refused
from crm.leads import actions as leads

READER, STRANGER = "Rita Brunner", "Otto Fuchs"


def offered(page, name):
    select = page.root.one("select", name=name)
    return {option.text for option in select.all("option")}


def test_readers_are_never_offered_and_other_teams_not_for_a_record_of_ours(cast, demo):
    mira = db.session.get(Contact, demo["Mira Sommer"])
    names = {user.name for user in queries.owners_for(cast["Olga"])}
    assert READER not in names and STRANGER in names
    ours = {user.name for user in queries.owners_for(cast["Olga"], mira)}
    assert "Finn Aalto" in ours and not ours & {READER, STRANGER}
    assert [user.name for user in queries.owners_for(cast["Eva"], mira)] == ["Eva Lindqvist"]
    assert queries.owners_for(cast["Rita"]) == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/companies/{company}/edit", "owner_id"),
        ("/tasks/{task}/edit", "owner_id"),
        ("/tasks/{task}", "owner_id"),
    ],
)
def test_forms_of_a_record_offer_who_may_see_it(demo, cast, browse, write, path, field):
    task = write(
        lambda: (
            activities.add_task(
                "Call her",
                owner_id=cast["Eva"].id,
                contact_id=demo["Mira Sommer"],
                team_id=cast.sales.id,
            ).id
        )
    )
    url = path.format(company=demo["Hafen GmbH"], task=task)
    names = offered(browse.signed_in("Olga").get(url), field)
    assert "Finn Aalto" in names
    assert not names & {READER, STRANGER}


def test_a_contact_and_a_sequence_are_offered_to_who_may_work(demo, browse):
    olga = browse.signed_in("Olga")
    names = offered(olga.get(f"/contacts/{demo['Mira Sommer']}/edit"), "owner_id")
    assert "Finn Aalto" in names and READER not in names
    # The old address of the filter leads to the builder, whose lists hold the people.
    built = olga.get("/contacts/filter?owner=me").follow()
    # A reader may have owned records before: they are looked for, though given none.
    assert {"Finn Aalto", READER} <= {option.text for option in built.root.all("option")}


def test_who_stands_in_sees_what_the_other_sees(browse, cast):
    names = offered(browse.signed_in("Eva").get("/settings/time"), "delegate_id")
    assert "Finn Aalto" in names
    assert not names & {READER, STRANGER, "Eva Lindqvist"}


def test_a_delegate_who_only_reads_is_refused(cast, write):
    days = (date(2026, 11, 25), date(2026, 11, 27))
    with pytest.raises(Refused):
        write(lambda: absence.add_leave(cast["Eva"], *days, cast["Rita"]))


def test_a_reader_is_given_nothing(cast, demo, write):
    with pytest.raises(Refused, match="may only read"):
        write(
            lambda: leads.hand_over(
                db.session.get(Contact, demo["Mira Sommer"]), cast["Rita"], cast["Mona"]
            )
        )
