"""Who sees what, who stands in, and when people work."""

from datetime import date, timedelta

from sqlalchemy import event, select

from crm.accounts import queries
from crm.accounts.models import Leave, WorkingHours
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.db import db


def contact(name, owner=None, team=None):
    now = clock.now()
    row = Contact(
        name=name,
        sort_name=name.lower(),
        owner_id=owner.id if owner else None,
        team_id=team.id if team else None,
        lifecycle_at=now,
        created_at=now,
        updated_at=now,
    )
    db.session.add(row)
    return row


def seen_by(user):
    found = select(Contact.name).where(queries.visible(user, Contact)).order_by(Contact.name)
    return list(db.session.scalars(found))


def three_contacts(cast):
    contact("Eva's", cast["Eva"], cast.sales)
    contact("nobody's", None, cast.sales)
    contact("Otto's", cast["Otto"], cast.partners)


def test_people_see_their_team_and_owners_see_all(cast, write):
    write(lambda: three_contacts(cast))
    assert seen_by(cast["Finn"]) == ["Eva's", "nobody's"]
    assert seen_by(cast["Mona"]) == ["Eva's", "nobody's"]
    assert seen_by(cast["Rita"]) == ["Eva's", "nobody's"]
    assert seen_by(cast["Otto"]) == ["Otto's"]
    assert seen_by(cast["Adam"]) == ["Eva's", "Otto's", "nobody's"]


def test_an_own_only_team_shows_the_rest_to_its_manager_only(cast, write):
    write(lambda: (three_contacts(cast), setattr(cast.sales, "is_own_only", True)))
    assert seen_by(cast["Eva"]) == ["Eva's"]
    assert seen_by(cast["Finn"]) == []
    assert seen_by(cast["Mona"]) == ["Eva's", "nobody's"]
    assert not queries.may_see_team(cast["Finn"], cast.sales.id)


def test_what_one_owns_is_seen_in_any_team(cast, write):
    write(lambda: contact("lent", cast["Otto"], cast.sales))
    assert seen_by(cast["Otto"]) == ["lent"]


def test_somebody_who_left_sees_nothing(cast, write):
    write(lambda: (three_contacts(cast), setattr(cast["Eva"], "deactivated_at", clock.now())))
    assert seen_by(cast["Eva"]) == []


def test_the_person_and_their_teams_come_with_the_session_in_one_statement(cast, sign_in):
    token, statements = sign_in(cast["Eva"]), []
    db.session.remove()
    event.listen(db.engine, "before_cursor_execute", lambda *sent: statements.append(sent[2]))
    session = queries.session_by_token(token)
    assert queries.visible(session.user, Contact) is not None
    assert len([s for s in statements if s.startswith("SELECT")]) == 1, statements


def test_delegates_are_followed_until_somebody_is_there(cast, write):
    on = date(2026, 11, 24)

    def leaves():
        db.session.add(
            Leave(user_id=cast["Eva"].id, starts_on=on, ends_on=on, delegate_id=cast["Finn"].id)
        )
        db.session.add(
            Leave(
                user_id=cast["Finn"].id,
                starts_on=on - timedelta(days=3),
                ends_on=on,
                delegate_id=cast["Sam"].id,
            )
        )

    write(leaves)
    assert queries.is_away(cast["Eva"], on).delegate_id == cast["Finn"].id
    assert queries.delegate_of(cast["Eva"], on) == cast["Sam"]
    assert queries.delegate_of(cast["Eva"], on + timedelta(days=1)) is None
    assert queries.delegate_of(cast["Sam"], on) is None


def test_two_who_stand_in_for_each_other_leave_nobody(cast, write):
    on = date(2026, 11, 24)

    def leaves():
        for one, other in (("Eva", "Finn"), ("Finn", "Eva")):
            db.session.add(
                Leave(user_id=cast[one].id, starts_on=on, ends_on=on, delegate_id=cast[other].id)
            )

    write(leaves)
    assert queries.delegate_of(cast["Eva"], on) is None


def test_own_hours_go_before_the_team_and_holidays_stay_the_team_s(cast, write):
    assert queries.calendar_of(cast["Eva"]).weekly[0] == [(540, 1020)]
    assert date(2026, 12, 25) in queries.calendar_of(cast["Eva"]).holidays

    def hours():
        cast["Eva"].has_own_hours = True
        cast["Eva"].hours = [
            WorkingHours(weekday=1, opens=14 * 60, closes=18 * 60),
            WorkingHours(weekday=1, opens=8 * 60, closes=12 * 60),
        ]

    write(hours)
    calendar = queries.calendar_of(cast["Eva"])
    assert calendar.weekly == {1: [(480, 720), (840, 1080)]}
    assert date(2026, 12, 25) in calendar.holidays
    assert queries.calendar_of_team(cast.sales).weekly[4] == [(540, 1020)]


def test_reps_give_to_themselves_and_managers_to_their_team(cast):
    names = lambda who: [user.first_name for user in queries.users_for(cast[who])]  # noqa: E731
    assert names("Eva") == ["Eva"]
    assert "Finn" in names("Mona") and "Otto" not in names("Mona")
    assert "Otto" in names("Adam")
