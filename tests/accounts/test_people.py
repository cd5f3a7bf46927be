"""Roles, teams and switching people off: what is refused and what stays as it was."""

import pytest

from crm.accounts import actions
from crm.core.refusal import Refused

FORM = "/settings/users/%d"


def edit(browse, user_id, **fields):
    return browse.get(FORM % user_id).form(FORM % user_id, **fields).submit()


def test_an_owner_gives_somebody_a_role_and_teams(browse, person, cast):
    eva, partners = person("Eva").id, cast.partners.id
    olga = browse.signed_in("Olga")
    answer = edit(olga, eva, role="manager", team_ids=[str(partners)])
    assert answer.status == 303 and answer.follow().has("Eva Lindqvist saved.")
    assert (person("Eva").role, person("Eva").team_ids) == ("manager", [partners])
    assert olga.get(FORM % eva).has("Role changed")


def test_o1_the_last_owner_stays_owner(person, write):
    write(lambda: actions.change_role(person("Adam"), "owner", person("Olga")))
    write(lambda: actions.change_role(person("Olga"), "admin", person("Adam")))
    with pytest.raises(Refused, match="your own account"):
        write(lambda: actions.deactivate(person("Adam"), person("Adam")))
    write(lambda: actions.deactivate(person("Olga"), person("Adam")))
    with pytest.raises(Refused, match="Only an owner"):
        write(lambda: actions.deactivate(person("Adam"), person("Mona")))


def test_admins_do_not_touch_owners_nor_make_them(browse, person):
    olga, eva, adam_id = person("Olga").id, person("Eva").id, person("Adam").id
    adam = browse.signed_in("Adam")
    refused = edit(adam, olga, role="rep")
    assert refused.status == 422 and refused.has("Only an owner can change an owner.")
    assert edit(adam, eva, role="owner").has("Only an owner can make somebody an owner.")
    assert edit(adam, adam_id, role="rep").has("You cannot do this to your own account.")
    adam.post(FORM % olga + "/deactivation")
    assert person("Olga").is_active and person("Olga").role == "owner"
    assert person("Eva").role == "rep" and person("Adam").role == "admin"


def test_switching_off_and_on_again(browse, person):
    eva = person("Eva").id
    olga = browse.signed_in("Olga")
    assert olga.post(FORM % eva + "/deactivation").follow().has("Switched off since")
    assert not person("Eva").is_active
    assert olga.get("/settings/users").has("Switched off")
    assert olga.post(FORM % eva + "/reactivation").follow().has("may sign in again")
    assert person("Eva").is_active


@pytest.mark.parametrize("who", ["Eva", "Mona", "Max", "Rita", "Otto"])
def test_only_administrators_open_the_settings_of_others(browse, who, person):
    eva = person("Eva").id
    somebody = browse.signed_in(who)
    for path in ("/settings/users", FORM % eva, "/settings/teams", "/settings/teams/1",
                 "/settings/workspace"):  # fmt: skip
        assert somebody.get(path).status == 403, path
    for path in (FORM % eva, FORM % eva + "/deactivation", "/settings/users/invitations",
                 "/settings/teams", "/settings/workspace"):  # fmt: skip
        assert somebody.post(path, data={"role": "owner"}).status == 403, path
    assert not somebody.get("/settings").has("Workspace")
    assert person("Eva").role == "rep" and person("Eva").is_active


def test_z4_a_profile_takes_only_what_its_form_shows(browse, person, cast):
    partners = str(cast.partners.id)
    eva = browse.signed_in("Eva")
    before = {key: value for key, value in vars(person("Eva")).items() if key[0] != "_"}
    extra = {"role": "owner", "email": "boss@x.example", "team_ids": partners, "id": "1",
             "password_hash": "x", "created_at": "2020-01-01", "deactivated_at": "2020-01-01",
             "has_own_hours": "y", "is_active": "n"}  # fmt: skip
    page = eva.get("/settings/profile")
    assert page.form("/settings/profile", job_title="Closer").submit(**extra).status == 303
    after = {key: value for key, value in vars(person("Eva")).items() if key[0] != "_"}
    assert {key for key in after if after[key] != before[key]} == {"job_title"}
    assert partners not in map(str, person("Eva").team_ids)


def test_a_read_only_person_keeps_their_own_profile(browse, person):
    rita = browse.signed_in("Rita")
    page = rita.get("/settings/profile")
    assert page.form("/settings/profile", theme="dark", phone="030 1").submit().status == 422
    answer = rita.get("/settings/profile").form(
        "/settings/profile", theme="dark", phone="+49 30 23125 318").submit()  # fmt: skip
    assert answer.status == 303
    assert person("Rita").theme == "dark" and person("Rita").phone == "+4930231253" + "18"
    assert 'data-theme="dark"' in rita.get("/settings").html


def test_the_profile_answers_htmx_with_its_form(browse, person):
    eva = browse.signed_in("Eva")
    answer = eva.htmx("post", "/settings/profile", "form#profile-form", data={"name": ""})
    assert answer.status == 422 and not answer.is_page
    assert answer.by_id("profile-form") and answer.has("Enter a name.")
    values = eva.get("/settings/profile").form("/settings/profile").values
    answer = eva.htmx("post", "/settings/profile", "form#profile-form", data=values)
    assert (answer.status, answer.headers["HX-Redirect"]) == (204, "/settings/profile")
