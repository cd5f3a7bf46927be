"""What the dry run of an import says: values and choices as people write them."""

from crm.accounts.models import User
from crm.fields import actions as fields
from crm.fields.queries import custom_of
from crm.transfer.drafts import reader
from crm.transfer.rules.habits import Habits
from crm.transfer.rules.mapping import Column
from crm.transfer.words import told


def draft_of(by, column, text, record="contact"):
    read = reader(record, [Column(column, column, "fill")], Habits(), by)
    return read.draft(1, [text])


def test_i2_sums_and_people_are_told_as_they_are_written(cast):
    eva = cast["Eva"]
    changes = {"amount": (None, (9990, "EUR")), "owner": (None, eva.id)}
    assert told("deal", changes, eva) == "Value: – → €99.90; Owner: – → Eva Lindqvist"


def test_i2_an_unknown_choice_is_answered_with_the_words_there_are(cast, write):
    options = [f"Choice {n}" for n in range(12)]
    number = write(
        lambda: fields.create("contact", "Branch", "select", by=None, options=options).id
    )
    key = f"cf_{number}"
    assert custom_of("contact", key)
    [fault] = draft_of(cast["Eva"], key, "Mining").faults
    assert "“Mining” is none of the choices: Choice 0, Choice 1, " in fault
    assert fault.endswith("Choice 9 and 2 more.")


def test_i2_an_owner_may_be_named_by_a_first_name_that_only_one_has(cast):
    eva = cast["Eva"]
    assert isinstance(eva, User)
    assert draft_of(eva, "owner", "eva")["owner"] == eva.id
    assert draft_of(eva, "owner", "Eva Lindqvist")["owner"] == eva.id
    assert draft_of(eva, "owner", "Nobody").faults


def test_c6_several_words_in_a_cell_are_several_tags_and_one_with_a_comma_is_refused(cast):
    assert draft_of(cast["Eva"], "tags", "a,b; c")["tags"] == ["a", "b", "c"]
    [fault] = draft_of(cast["Eva"], "tags", '"a,b"').faults
    assert fault.startswith("tags: “a,b” holds a comma, which stands between two tags.")
