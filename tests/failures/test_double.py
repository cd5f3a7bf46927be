"""Sent twice, four times, twenty times, from the back button: everything is there once."""

import threading
import urllib.parse

from tests.failures.crowd import Browser, guests
from tests.scenarios.test_scenario_a import give, to_gate
from tests.scenarios.walker import Walker

ONCE = (
    "attempt WHERE state = 'completed'",
    "result_link",
    "intake",
    "contact WHERE name LIKE 'Ada %'",
    "contact_email WHERE canonical LIKE '%nordhafen.example'",
    "company_domain WHERE domain = 'nordhafen.example'",
    "assignment WHERE intake_id IS NOT NULL",
    "answer_clock WHERE intake_id IS NOT NULL",
    "task WHERE title LIKE 'Call Ada%'",
    "entry WHERE kind = 'quiz_result'",
    "notice WHERE kind = 'lead'",
    "outbox WHERE kind = 'result'",
    "outbox WHERE kind = 'notice'",
)


def counts(house):
    return {what: house.count(what) for what in ONCE}


def at_once(number, work):
    """Run `work` in as many threads at the same moment; what each returned."""
    gate, found = threading.Barrier(number), []

    def run():
        gate.wait()
        found.append(work())

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_four_clicks_back_and_other_words_make_one_lead(house):
    before = counts(house)
    page = to_gate(house, "Ada", "2026-11-24T14:03:00")
    give(page, "Ada Lorenz", "ada@nordhafen.example", "result_mail", "marketing")
    answers = at_once(4, lambda: page.press("See my result", follow=False))
    assert [doc.status for doc in answers] == [303] * 4
    assert len({doc.headers["Location"] for doc in answers}) == 1
    assert grown(house, before) == set(ONCE)

    # Back to the form as it stood, with another name and address, and sent again.
    give(page, "Ada Again", "other@nordhafen.example", "result_mail", "marketing")
    again = page.press("See my result", follow=False)
    assert again.headers["Location"] == answers[0].headers["Location"]
    # The back button fetches the page anew: it leads on to the result.
    assert page.walker.get(page.path).path == urllib.parse.urlsplit(again.headers["Location"]).path
    assert grown(house, before) == set(ONCE)
    assert house.value("SELECT name FROM contact WHERE name LIKE 'Ada %'") == "Ada Lorenz"
    assert len(house.mails("result", 1)) == len(house.mails("notice", 1)) == 1


def grown(house, before):
    now = counts(house)
    assert all(now[what] - before[what] in (0, 1) for what in ONCE), (before, now)
    return {what for what in ONCE if now[what] == before[what] + 1}


def test_twenty_submits_of_one_attempt_at_once_are_one_lead(house):
    [ada, ben] = guests(house, ["Ada", "Ben"])
    browser = Browser(house.url)
    for guest in (ada, ben):
        assert at_once(20, lambda guest=guest: browser.hand_in(guest)) == [303] * 20
        assert len(guest.places) == 1
        who = house.value("SELECT contact_id FROM attempt WHERE id = ?", guest.attempt_id)
        assert house.count("intake WHERE contact_id = ?", who) == 1
        assert house.count("contact_email WHERE canonical = ?", guest.email) == 1
        assert house.count("outbox WHERE kind = 'result' AND contact_id = ?", who) == 1
    assert house.count("enrolment") == 1
    assert house.count("assignment WHERE intake_id IS NOT NULL") == 1


def test_four_clicks_on_start_and_on_every_answer_are_one_attempt(house):
    walker = Walker(house.url)
    page = walker.get("/q/readiness")
    for choice in ("", "51 to 500", "I decide, or own the budget"):
        if choice:
            page.choose(choice)
        button = "Next" if choice else "Start"
        answers = at_once(4, lambda page=page, b=button: page.press(b, follow=False))
        assert [doc.status for doc in answers] == [303] * 4
        [place] = {doc.headers["Location"] for doc in answers}
        page = walker.get(place)
    assert (house.count("attempt"), house.count("answer")) == (1, 2)
