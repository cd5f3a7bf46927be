"""The team's pages: making, editing, publishing and reading a quiz."""

import copy

import pytest
from sqlalchemy import select

from crm.core.db import db, run
from crm.quizzes import actions
from crm.quizzes.models import Attempt, Quiz, QuizVersion


@pytest.fixture
def max_(browse, readiness):
    """Max markets, so he may edit quizzes."""
    return browse.signed_in("Max")


def draft():
    return db.session.scalars(select(Quiz)).first().draft


def test_a_quiz_is_made_published_and_open(browse, cast):
    page = browse.signed_in("Max").get("/quizzes/new")
    made = page.form("/quizzes", name="Two questions", template="").submit()
    edit = made.follow()
    assert edit.has("Edit Two questions") and edit.has("Questions 1")
    assert browse.get("/q/two-questions").status == 404
    quiz_id = db.session.scalars(select(Quiz.id)).one()
    ask = edit.browse.get(f"/quizzes/{quiz_id}/publication")
    ask.form(f"/quizzes/{quiz_id}/publication", note="first").submit()
    assert browse.get("/q/two-questions").status == 200


def test_the_list_and_the_quiz_show_what_came_of_it(prospect, max_, readiness):
    prospect.finish("Ada")
    prospect.begin()
    index = max_.get("/quizzes")
    assert index.has("Readiness check") and index.has("Hot 1")
    page = max_.get(f"/quizzes/{readiness}")
    assert page.has("How many people work at your company?")
    assert page.has("Ada Example") and page.has("Version 1")
    assert page.by_id("share-link")["value"] == "http://localhost/q/readiness"
    assert "embed.js" in page.by_id("share-script").raw
    assert max_.get(f"/quizzes/{readiness}/qr.svg").headers["Content-Type"].startswith("image/svg")
    attempt = db.session.scalars(select(Attempt.id).order_by(Attempt.id)).first()
    answers = max_.get(f"/quizzes/{readiness}/attempts/{attempt}")
    assert answers.has("Why 94?") and answers.has("sum 18, held at 15") and answers.has("94 / 100")


def test_texts_are_changed_in_the_draft_only(max_, browse, readiness):
    page = max_.get(f"/quizzes/{readiness}/parts/intro")
    page.form(f"/quizzes/{readiness}/parts/intro", intro__title="Are you ready?").submit()
    assert draft()["intro"]["title"] == "Are you ready?"
    assert len(draft()["intro"]["points"]) == 3
    assert not browse.get("/q/readiness").has("Are you ready?")
    ask = max_.get(f"/quizzes/{readiness}/publication")
    assert ask.has("Texts of “intro” differ.")
    ask.form(f"/quizzes/{readiness}/publication").submit()
    assert browse.get("/q/readiness").has("Are you ready?")


@pytest.mark.parametrize("part", ["intro", "gate", "consents", "messages", "counting"])
def test_saving_a_part_untouched_changes_nothing_that_counts(max_, readiness, part):
    before = draft()
    url = f"/quizzes/{readiness}/parts/{part}"
    assert max_.get(url).form(url).submit().status == 303
    assert max_.get(f"/quizzes/{readiness}/publication").has("Nothing differs") or (
        {k: v for k, v in draft().items() if v} != before
    )


def test_points_and_jumps_are_edited_with_their_question(max_, readiness):
    url = f"/quizzes/{readiness}/questions/q_start"
    page = max_.get(url + "/edit")
    assert page.root.one("select", id="r3__next").all("option", selected=True)[0]["value"] == (
        "q_pain"
    )
    page.form(url, r0__points="30", weight="1.5").submit()
    question = next(one for one in draft()["questions"] if one["id"] == "q_start")
    assert question["options"][0]["points"] == 30 and question["weight"] == 150
    assert question["options"][3]["next"] == "q_pain" and question["options"][0]["why"]
    ask = max_.get(f"/quizzes/{readiness}/publication")
    assert ask.has("25 → 30 points")


def test_questions_are_added_moved_and_taken_out(max_, readiness):
    base = f"/quizzes/{readiness}/questions"
    for kind in (
        "multi",
        "yes_no",
        "scale",
        "dropdown",
        "number",
        "short_text",
        "long_text",
        "statement",
    ):
        made = max_.post(base, data={"kind": kind})
        assert made.status == 303
        page = made.follow()
        assert page.form(made.location.removesuffix("/edit")).submit().status == 303, kind
    assert len(draft()["questions"]) == 13
    last = draft()["questions"][-1]["id"]
    max_.post(f"{base}/{last}/place", data={"to": "up"})
    assert draft()["questions"][-2]["id"] == last
    max_.post(f"{base}/{last}/deletion")
    assert last in draft()["tombstones"] and len(draft()["questions"]) == 12
    assert max_.get(f"/quizzes/{readiness}/publication").has("New: “Question 6”.")
    assert max_.post(base, data={"kind": "nonsense"}).status == 400


def test_o6_a_question_that_was_taken_out_comes_back_with_its_jumps(max_, readiness):
    base, gone = f"/quizzes/{readiness}/questions", draft()["questions"][2]["id"]

    def jump():
        spec = copy.deepcopy(draft())
        spec["questions"][0]["options"][1]["next"] = gone
        db.session.get(Quiz, readiness).draft = spec

    run(jump)
    before = draft()
    assert before["questions"][0]["options"][1]["next"] == gone
    page = max_.post(f"{base}/{gone}/deletion").follow()
    assert gone not in str(draft()["questions"])
    assert page.form(f"{base}/{gone}/restoration").submit().follow().has("back in the draft")
    assert draft()["questions"] == before["questions"]
    assert gone not in draft().get("tombstones", [])
    assert max_.post(f"{base}/q_none/restoration").follow().has("can no longer be put back")


def test_options_are_added_and_taken_out(max_, readiness):
    for name, rows in (("q_size", "options"), ("q_pain", "steps")):
        url = f"/quizzes/{readiness}/questions/{name}"
        max_.get(url + "/edit").form(url).submit(then="option")
        question = next(one for one in draft()["questions"] if one["id"] == name)
        count = len(question[rows])
        assert count in {5, 6}
        max_.post(f"{url}/options/0/deletion")
        question = next(one for one in draft()["questions"] if one["id"] == name)
        assert len(question[rows]) == count - 1


def test_taking_an_option_out_saves_what_was_typed_beside_it(max_, readiness):
    url = f"/quizzes/{readiness}/questions/q_size"

    def texts():
        question = next(one for one in draft()["questions"] if one["id"] == "q_size")
        return [question["text"], *(one["text"] for one in question["options"])]

    was, old = texts(), max_.get(url + "/edit")
    form = old.form(url, text="How big?", r0__text="", r1__text="Some")
    # The one that goes need not be right, the others must be.
    assert max_.post(f"{url}/options/0/deletion", form.values | {"r1__text": ""}).status == 422
    assert texts() == was
    assert max_.post(f"{url}/options/0/deletion", form.values).status == 303
    assert texts() == ["How big?", "Some", *was[3:]]
    # Somebody else was faster: nothing is written over, what was typed stands there.
    late = max_.post(f"{url}/options/0/deletion", form.values)
    assert late.status in {409, 422}
    assert late.root.one("input", name="r0__text")["value"] == "Some"  # where it stands now


def test_tiers_and_areas_are_edited(max_, readiness):
    base = f"/quizzes/{readiness}"
    made = max_.post(f"{base}/tiers")
    page = made.follow()
    form = page.form(made.location, name="Blazing")
    form.values["from"] = "95"
    form.submit()
    assert [tier["from"] for tier in draft()["tiers"]] == [0, 40, 81, 95]
    area = max_.post(f"{base}/areas")
    area.follow().form(area.location, name="Speed", low="Slow.").submit()
    assert draft()["categories"][-1]["name"] == "Speed"
    assert max_.post(f"{area.location}/deletion").status == 303
    assert len(draft()["categories"]) == 3


def test_a_quiz_that_would_strand_people_is_not_published(max_, readiness):
    def spoil():
        quiz = db.session.get(Quiz, readiness)
        spec = dict(quiz.draft)
        spec["tiers"] = [{**tier, "from": tier["from"] + 1} for tier in spec["tiers"]]
        actions.save_draft(quiz, spec)

    run(spoil)
    ask = max_.get(f"/quizzes/{readiness}/publication")
    assert ask.has("No tier begins at 0") and ask.has("To mend first")
    refused = max_.post(f"/quizzes/{readiness}/publication")
    assert refused.status == 422
    assert db.session.scalars(select(QuizVersion.n)).all() == [1]


def test_an_earlier_version_comes_back_as_a_new_one(max_, browse, readiness):
    url = f"/quizzes/{readiness}/parts/intro"
    max_.get(url).form(url, intro__title="Other words").submit()
    max_.post(f"/quizzes/{readiness}/publication")
    max_.post(f"/quizzes/{readiness}/versions/1/restoration")
    assert browse.get("/q/readiness").has("Is your team ready to answer every enquiry?")
    assert sorted(db.session.scalars(select(QuizVersion.n))) == [1, 2, 3]


def test_two_authors_do_not_overwrite_each_other(max_, browse, readiness):
    url = f"/quizzes/{readiness}/parts/intro"
    mine, theirs = max_.get(url), browse.signed_in("Mona").get(url)
    assert theirs.form(url, intro__title="Theirs").submit().status == 303
    both = mine.form(url, intro__title="Mine", intro__lead="My lead").submit()
    assert both.status == 409
    assert draft()["intro"]["title"] == "Theirs"
    shown = both.root.one(id="conflict").text
    assert "Theirs" in shown and "Mine" in shown  # both, and what was typed stands in the form
    assert both.form(url).submit().status == 303
    assert (draft()["intro"]["title"], draft()["intro"]["lead"]) == ("Mine", "My lead")


def size():
    return next(one for one in draft()["questions"] if one["id"] == "q_size")


def test_two_authors_of_one_quiz_work_at_once(max_, browse, readiness):
    mona = browse.signed_in("Mona")
    url = f"/quizzes/{readiness}/questions/q_size"
    other = f"/quizzes/{readiness}/questions/q_start"
    tier = f"/quizzes/{readiness}/tiers/{draft()['tiers'][0]['id']}"
    mine, apart, hers = max_.get(url + "/edit"), max_.get(other + "/edit"), max_.get(tier)
    assert mona.get(url + "/edit").form(url, text="How big?", r1__points="7").submit().status == 303
    # Another question, a tier, and another answer of the same question: nobody waits for anybody.
    assert apart.form(other, text="When?").submit().status == 303
    assert hers.form(tier, name="Later").submit().status == 303
    assert mine.form(url, r0__text="Just us").submit().status == 303
    assert (size()["text"], size()["options"][0]["text"]) == ("How big?", "Just us")
    assert size()["options"][1]["points"] == 7
    assert draft()["tiers"][0]["name"] == "Later"


def test_answers_are_known_by_what_they_are_when_somebody_else_moved_them(max_, browse, readiness):
    mona = browse.signed_in("Mona")
    url = f"/quizzes/{readiness}/questions/q_size"
    was, old = [one["text"] for one in size()["options"]], max_.get(url + "/edit")
    lost = max_.get(url + "/edit").form(url, r0__text="Mine alone", text="Typed beside")
    taken = mona.get(url + "/edit").form(url)
    assert mona.post(f"{url}/options/0/deletion", taken.values).status == 303
    mona.get(url + "/edit").form(url).submit(then="option")
    # The second of the old page is the first now; the new one is left as it is.
    assert old.form(url, r1__text="Second").submit().status == 303
    assert [one["text"] for one in size()["options"]] == ["Second", *was[2:], "New answer"]
    gone = lost.submit()
    assert gone.status == 409
    assert gone.has("Somebody else took out the row where you wrote “Mine alone”.")
    assert gone.form(url).values["text"] == "Typed beside"
    assert gone.form(url).submit().status == 303
    assert size()["text"] == "Typed beside"
    again = max_.post(f"{url}/options/0/deletion", lost.values)  # of the page of long ago
    assert again.has("That option is gone already.")
    assert len(size()["options"]) == len(was)


def test_sites_and_colours_are_checked(max_, browse, readiness):
    url = f"/quizzes/{readiness}/sharing"
    page = max_.get(url)
    assert page.form(url, embed_origins="https://a.example; script-src").submit().status == 422
    assert page.form(url, accent="#cccccc").submit().has("4.5 to 1 is needed")
    done = page.form(url, accent="#1c4f8a", embed_origins="www.kontor.example").submit()
    assert done.status == 303
    intro = browse.get("/q/readiness")
    sheet = [link["href"] for link in intro.root.all("link") if "theme" in link.get("href", "")]
    assert "--accent: #1c4f8a" in browse.get(sheet[0]).response.get_data(as_text=True)
    assert "https://www.kontor.example" in intro.headers["Content-Security-Policy"]


def test_the_preview_stores_nothing(max_, readiness):
    for at in ("", "?at=1", "?at=4", "?at=5", "?at=best", "?at=middle", "?at=worst", "?at=99"):
        assert max_.get(f"/quizzes/{readiness}/preview{at}").status == 200, at
    assert max_.get(f"/quizzes/{readiness}/preview?at=best").has("Ready to start")
    assert db.session.scalars(select(Attempt)).all() == []


def test_people_of_other_teams_find_nothing(browse, readiness):
    otto = browse.signed_in("Otto")
    for path in ("", "/qr.svg", "/attempts/1"):
        assert otto.get(f"/quizzes/{readiness}{path}").status == 404, path
    assert not otto.get("/quizzes").has("Readiness check")


def test_a_rep_looks_but_does_not_edit(browse, readiness):
    eva = browse.signed_in("Eva")
    assert eva.get(f"/quizzes/{readiness}").status == 200
    for path in ("/edit", "/preview", "/publication", "/sharing", "/parts/intro"):
        assert eva.get(f"/quizzes/{readiness}{path}").status == 403, path
    assert eva.post(f"/quizzes/{readiness}/closure").status == 403


def test_pausing_and_reopening(max_, browse, readiness):
    max_.post(f"/quizzes/{readiness}/closure")
    assert browse.get("/q/readiness").has("closed for now")
    max_.post(f"/quizzes/{readiness}/reopening")
    assert browse.get("/q/readiness").has("Start")


def test_attempts_left_alone_are_abandoned_and_counted_where_they_stopped(
    prospect, max_, readiness, the_clock
):
    page = prospect.begin()
    prospect.answer(page, "q_size", "o_500")
    the_clock.forward(minutes=31)
    assert run(actions.abandon_idle) == 1
    shown = max_.get(f"/quizzes/{readiness}")
    rows = [[cell.text for cell in row.all("td")] for row in shown.by_id("chart").all("tr")]
    assert ["2", "1", "0", "1 100%"] in [
        [cell.replace("\u00a0", "") for cell in row] for row in rows
    ]


def question(name):
    return next(one for one in draft()["questions"] if one["id"] == name)


def test_points_stay_with_their_step_when_somebody_takes_another_out(max_, browse, readiness):
    url = f"/quizzes/{readiness}/questions/q_pain"
    mona = browse.signed_in("Mona")
    was = question("q_pain")["steps"]
    mine = max_.get(url + "/edit").form(url, r2__points="13")
    gone = mona.get(url + "/edit").form(url)
    assert mona.post(f"{url}/options/0/deletion", data=gone.values).status == 303
    assert mine.submit().status == 303
    left = [(one["text"], one["points"]) for one in question("q_pain")["steps"]]
    assert left == [(one["text"], 13 if n == 1 else one["points"]) for n, one in enumerate(was[1:])]
    # What both changed is shown with the words of its row.
    mine = max_.get(url + "/edit").form(url, r0__points="3")
    mona.get(url + "/edit").form(url, r0__points="4").submit()
    both = mine.submit()
    assert both.status == 409 and was[1]["text"] in both.root.one(id="conflict").text


def test_points_stay_with_their_band_when_somebody_takes_another_out(max_, browse, readiness):
    made = max_.post(f"/quizzes/{readiness}/questions", data={"kind": "number"})
    name = made.location.split("/")[-2]
    url, mona = f"/quizzes/{readiness}/questions/{name}", browse.signed_in("Mona")
    for _more in range(2):
        max_.get(url + "/edit").form(url).submit(then="option")
    was = question(name)["bands"]
    assert len(was) >= 3
    mine = max_.get(url + "/edit").form(url, r2__points="11")
    gone = mona.get(url + "/edit").form(url)
    assert mona.post(f"{url}/options/1/deletion", data=gone.values).status == 303
    assert mine.submit().status == 303
    kept = {one["from"]: one["points"] for one in question(name)["bands"]}
    assert kept[was[2]["from"]] == 11 and was[1]["from"] not in kept
