"""A card that somebody else moved meanwhile stays there, and says who it was."""


def test_who_moved_it_meanwhile_is_said_and_it_stays(browse, deal_id, stage_ids):
    eva, finn = browse.signed_in("Eva"), browse.signed_in("Finn")
    from_ = {"on": "board", "from_id": stage_ids["Discovery"], "after_id": ""}
    url = f"/deals/{deal_id}/stage"
    assert finn.post(url, data=from_ | {"stage_id": stage_ids["Proposal"]}).status == 303
    late = eva.htmx("post", url, "div#board", data=from_ | {"stage_id": stage_ids["Negotiation"]})
    assert late.status == 422
    assert late.has("Finn Aalto moved Hafen, start in February to Proposal meanwhile.")
    assert late.by_id(f"stage-{stage_ids['Proposal']}").all(id=f"deal-{deal_id}")


def test_the_page_that_moves_says_so_too_and_then_moves(browse, deal_id, stage_ids):
    eva, finn = browse.signed_in("Eva"), browse.signed_in("Finn")
    url = f"/deals/{deal_id}/stage"
    form = eva.get(url).form(url, stage_id=str(stage_ids["Negotiation"]))
    finn.post(url, data={"stage_id": stage_ids["Proposal"]})
    late = form.submit()
    assert late.status == 422 and late.has("Finn Aalto moved")
    assert late.form(url, stage_id=str(stage_ids["Negotiation"])).submit().status == 303


def test_where_it_goes_where_it_is_already_nothing_is_refused(browse, deal_id, stage_ids):
    eva, finn = browse.signed_in("Eva"), browse.signed_in("Finn")
    data = {"stage_id": stage_ids["Proposal"], "from_id": stage_ids["Discovery"]}
    for who in (finn, eva):
        assert who.post(f"/deals/{deal_id}/stage", data=data).status == 303


def test_a_move_is_undone_from_the_toast(browse, deal_id, stage_ids):
    data = {"on": "board", "stage_id": stage_ids["Proposal"], "after_id": ""}
    eva = browse.signed_in("Eva")
    page = eva.post(f"/deals/{deal_id}/stage", data=data).follow()
    page.form(page.by_id("toast").one("form")["action"]).submit()
    board = eva.get("/deals")
    assert board.by_id(f"stage-{stage_ids['Discovery']}").all(id=f"deal-{deal_id}")
