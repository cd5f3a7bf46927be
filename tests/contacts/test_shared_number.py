"""Spec leads 3.2, step 3: a shared number is a hint only with nearly the same last name."""

from crm.contacts import actions


def test_a_record_names_who_shares_number_and_family_name_and_nobody_else(browse, cast, write):
    def add(name, email, **more):
        return actions.create(
            name=name, emails=[email], owner_id=cast["Eva"].id, team_id=cast.sales.id, **more
        ).id

    def people():
        desk = {"phones": ["+49 40 5550318"]}
        ada = add("Ada Lorenz", "ada@nordhafen.example", **desk)
        add("Cleo Vogt", "cleo@marchetti.example", **desk)
        add("Gina Orth", "gina@orth.example", **desk)
        add("Adele Lorentz", "adele@nordhafen.example", **desk)  # 12 of 13 letters alike
        add("ada lorenz", "ada@other.example")
        return ada

    number = write(people)
    shown = browse.signed_in("Eva").get(f"/contacts/{number}").by_id("aside-duplicates").text
    assert "Adele Lorentz" in shown and "ada lorenz" in shown
    assert "Cleo" not in shown and "Gina" not in shown
