"""Quizzes that are closed or put away: the way back from the history."""


def test_a_quiz_that_was_closed_or_put_away_opens_again_from_the_history(browse, readiness):
    max_ = browse.signed_in("Max")
    for verb in ("closure", "archival"):
        max_.post(f"/quizzes/{readiness}/{verb}")
        assert not browse.get("/q/readiness").has("Start")
        page = max_.get("/history")
        forms = [one["action"] for one in page.root.all("form") if one["action"].endswith("/undo")]
        undo = next(one for one in forms if one != "/history/undo")  # that is of the last act
        assert page.form(undo).submit().follow().has("Undone.")
        assert browse.get("/q/readiness").has("Start")
