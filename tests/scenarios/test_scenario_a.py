"""Scenario A: score above 80 gets a rep and a task today, everyone else five mails."""

import threading

from tests.scenarios.walker import Walker, answer

EMBED = (
    "/q/readiness?embed=1&utm_source=google&utm_medium=cpc&utm_campaign=q4"
    "&parent=https://haselbach.example&path=/pricing"
)


def to_gate(house, who, at, start="/q/readiness"):
    """Answer so that the gate can be posted at `at`; five seconds pass before each post."""
    house.clock.set(at)
    house.clock.forward(seconds=-60)
    return answer(Walker(house.url), who, lambda: house.clock.forward(seconds=5), start)


def give(page, name, email, *ticks, phone=None):
    page.fill("Email", email).fill("Name", name)
    if phone:
        page.fill("Phone", phone)
    for tick in ticks:
        page.tick(tick)
    return page


def test_a_hot_lead_is_owned_tasked_and_told_whatever_is_sent_twice(house):
    page = to_gate(house, "Ada", "2026-11-24T14:03:00", EMBED)
    give(
        page,
        "Ada Lorenz",
        "Ada@Nordhafen.example",
        "result_mail",
        "marketing",
        "phone_contact",
        phone="+49 40 555 318",
    )
    house.clock.set("2026-11-24T14:03:00")
    results = [None] * 4

    def post(place):
        results[place] = page.press("See my result", follow=False)

    threads = [threading.Thread(target=post, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [doc.status for doc in results] == [303] * 4
    assert len({doc.headers["Location"] for doc in results}) == 1
    result = page.walker.get(results[0].headers["Location"])
    assert (result.data("data-score"), result.data("data-tier")) == ("94", "tier_hot")
    assert result.h1 == "Ada, your team can start this month."
    assert "Eva Lindqvist calls you today before 17:00" in result.text

    ada = house.row("SELECT * FROM contact WHERE name = 'Ada Lorenz'")
    assert (ada["quiz_score"], ada["quiz_tier"], ada["lifecycle"]) == (94, "Hot", "assigned")
    assert house.value("SELECT canonical FROM contact_email WHERE contact_id = ?", ada["id"]) == (
        "ada@nordhafen.example"
    )
    assert (
        house.value("SELECT domain FROM company_domain WHERE company_id = ?", ada["company_id"])
        == "nordhafen.example"
    )
    assert house.column(
        "SELECT t.name FROM tagging g JOIN tag t ON t.id = g.tag_id "
        "WHERE g.contact_id = ? ORDER BY t.name",
        ada["id"],
    ) == ["quiz:readiness", "tier:hot"]
    attempt = house.row("SELECT * FROM attempt WHERE contact_id = ?", ada["id"])
    assert (attempt["state"], attempt["pct"]) == ("completed", 94)
    trace = house.json(attempt["trace"])
    assert len(trace) == 5
    assert sum(row["score"] for row in trace) == attempt["score"]
    # 94 of 100 points, both kept in the same fine steps.
    assert attempt["score"] * 100 == 94 * attempt["max_score"]
    assert house.count("intake WHERE contact_id = ?", ada["id"]) == 1
    eva = house.value("SELECT id FROM user WHERE name = 'Eva Lindqvist'")
    assignment = house.row("SELECT * FROM assignment WHERE contact_id = ?", ada["id"])
    assert assignment["to_id"] == eva == ada["owner_id"]
    task = house.row("SELECT * FROM task WHERE contact_id = ?", ada["id"])
    assert (task["title"], task["owner_id"]) == ("Call Ada Lorenz – readiness 94", eva)
    assert task["due_at"].startswith("2026-11-24 16:00")  # 17:00 in Berlin
    assert house.count("answer_clock WHERE contact_id = ?", ada["id"]) == 1
    assert house.count("quiz_view") == 1
    touch = house.row("SELECT * FROM touch")
    assert [touch[name] for name in ("utm_source", "utm_medium", "utm_campaign", "embed_host")] == [
        "google",
        "cpc",
        "q4",
        "haselbach.example",
    ]
    assert house.count("notice WHERE user_id = ? AND url = ?", eva, f"/contacts/{ada['id']}") == 1

    assert len(house.mails("result", 1)) == 1
    [notice] = house.mails("notice", 1)
    assert notice["To"].endswith("eva@haselbach.example>") or "eva@" in notice["To"]
    assert notice["Auto-Submitted"] == "auto-generated"
    links = house.links(notice, "/go/")
    assert len(set(links)) == 1
    rep = Walker(house.url)
    door = rep.get(links[0])
    assert door.path == "/login"
    door.fill("Email", "eva@haselbach.example").fill("Password", house.passwords["eva"])
    record = door.press("Sign in")
    assert record.path == f"/contacts/{ada['id']}"
    assert record.h1 == "Ada Lorenz"
    assert house.count("enrolment") == 0
    house.wait(
        lambda: (
            house.column("SELECT state FROM outbox WHERE contact_id = ?", ada["id"])
            == ["sent", "sent"]
        )
    )


def test_a_warm_lead_gets_five_mails_on_the_right_days(house):
    page = to_gate(house, "Ben", "2026-11-24T14:10:00")
    give(page, "Ben Haas", "ben@kestrel.example", "marketing")
    house.clock.set("2026-11-24T14:10:00")
    result = page.press("See my result")
    assert (result.data("data-score"), result.data("data-tier")) == ("80", "tier_warm")
    ben = house.row("SELECT * FROM contact WHERE name = 'Ben Haas'")
    assert (ben["owner_id"], ben["lifecycle"], ben["quiz_tier"]) == (None, "nurture", "Warm")
    due = house.column("SELECT due_at FROM enrolment_step ORDER BY position")
    # Berlin is one hour ahead of UTC on all five days.
    assert [text[:16] for text in due] == [
        "2026-11-24 13:20",
        "2026-11-26 08:30",
        "2026-11-30 08:30",
        "2026-12-03 08:30",
        "2026-12-08 08:30",
    ]
    assert house.count("task WHERE contact_id = ?", ben["id"]) == 0
    subjects = ["The first number worth knowing", "One sentence that shortens the wait"]
    for moment, number in (("2026-11-24T14:20:05", 1), ("2026-11-26T09:30:05", 2)):
        house.clock.set(moment)
        mails = house.mails("nurture", number)
        assert [m["Subject"] for m in mails] == subjects[:number]
    for header in ("List-Unsubscribe", "List-Id"):
        assert mails[0][header]
    assert mails[0]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    for moment, number in (
        ("2026-11-30T09:30:05", 3),
        ("2026-12-03T09:30:05", 4),
        ("2026-12-08T09:30:05", 5),
    ):
        house.clock.set(moment)
        house.mails("nurture", number)
    house.wait(lambda: house.value("SELECT state FROM enrolment") == "finished")


def test_without_consent_there_is_no_sequence_and_the_reason_is_seen(house):
    page = to_gate(house, "Dora", "2026-11-24T14:20:00")
    give(page, "Dora Klein", "dora@example.net", "result_mail")
    result = page.press("See my result")
    assert (result.data("data-score"), result.data("data-tier")) == ("15", "tier_cold")
    dora = house.row("SELECT * FROM contact WHERE name = 'Dora Klein'")
    assert house.count("enrolment") == 0
    assert len(house.mails("result", 1)) == 1
    assert house.count("outbox WHERE contact_id = ?", dora["id"]) == 1
    mona = Walker(house.url)
    mona.sign_in("mona@haselbach.example", house.passwords["mona"])
    assert "no marketing consent" in mona.get(f"/contacts/{dora['id']}").text.lower()


def test_after_hours_the_task_is_due_at_the_end_of_the_next_working_day(house):
    first = to_gate(house, "Ada", "2026-11-24T14:03:00")
    give(first, "Ada Lorenz", "ada@nordhafen.example", "marketing").press("See my result")
    page = to_gate(house, "Cleo", "2026-11-27T18:40:00")
    give(page, "Cleo Brandt", "cleo@helio.example", "marketing")
    result = page.press("See my result")
    assert result.data("data-score") == "81"
    task = house.row(
        "SELECT t.due_at, u.name FROM task t JOIN user u ON u.id = t.owner_id "
        "WHERE t.title LIKE 'Call Cleo%'"
    )
    assert task["name"] == "Finn Aalto"
    assert task["due_at"].startswith("2026-11-30 16:00")


def test_a_retake_keeps_owner_and_history_and_makes_no_second_task(house):
    page = to_gate(house, "Ada", "2026-11-24T14:03:00")
    give(page, "Ada Lorenz", "ada@nordhafen.example", "marketing").press("See my result")
    page = to_gate(house, "Dora", "2026-11-25T10:00:00")
    give(page, "Ada Lorenz", "ada@nordhafen.example", "marketing").press("See my result")
    ada = house.row("SELECT * FROM contact WHERE name = 'Ada Lorenz'")
    assert ada["quiz_score"] == 15
    assert house.column("SELECT pct FROM attempt ORDER BY id") == [94, 15]
    # Nobody called, so the clock added its own reminder; the retake added nothing.
    assert house.count("task WHERE contact_id = ? AND title LIKE 'Call Ada%'", ada["id"]) == 1
    assert house.count("enrolment") == 0
    assert house.count("assignment WHERE contact_id = ?", ada["id"]) == 1
    titles = house.column(
        "SELECT title || ' ' || body FROM notice WHERE url = ? ORDER BY id",
        f"/contacts/{ada['id']}",
    )
    assert len([title for title in titles if "94 → 15" in title]) == 1


def test_a_version_published_in_between_changes_nothing_for_who_has_begun(house):
    house.clock.set("2026-11-24T14:00:00")
    ada = Walker(house.url)
    page = ada.get("/q/readiness")
    house.clock.forward(seconds=5)
    page = page.press("Start")
    for choices in (
        ["51 to 500"],
        ["I decide, or own the budget"],
        ["Now, within the next four weeks"],
    ):
        house.clock.forward(seconds=5)
        page = page.choose(*choices).press("Next")
    house.publish_with_other_points("2026-11-24T14:02:00")
    house.clock.forward(seconds=5)
    page = page.choose("A CRM", "Automation").press("Next")
    house.clock.forward(seconds=5)
    page = page.choose("Many wait too long").press("Next")
    house.clock.set("2026-11-24T14:03:00")
    result = give(page, "Ada Lorenz", "ada@nordhafen.example").press("See my result")
    assert (result.data("data-score"), result.data("data-tier")) == ("94", "tier_hot")
    assert house.value("SELECT v.n FROM attempt a JOIN quiz_version v ON v.id = a.version_id") == 1
