"""A first start without the demo: from the printed link to a lead, by pages without script."""

import re

import pytest

from tests.scenarios.test_scenario_a import give
from tests.scenarios.walker import Walker, answer
from tests.servers import Tend

NORA, RITA = "nora@neu.example", "rita@neu.example"
PASSWORDS = {NORA: "five green chairs stand", RITA: "blue tables walk slowly"}
SET_UP = re.compile(r"http://\S+/setup/\S+")
INVITED = re.compile(r'http://[^\s"<]+/invite/[^\s"<]+')


@pytest.fixture(scope="module")
def tend(tmp_path_factory):
    with Tend(tmp_path_factory.mktemp("fresh"), at="2026-11-24T13:00:00") as found:
        yield found


@pytest.fixture(scope="module")
def nora(tend):
    """The owner, made by the link of the console and signed in by it."""
    nobody = Walker(tend.url)
    assert nobody.get("/").path == "/login"
    assert "link" in nobody.get("/setup").text
    links = SET_UP.findall(tend.output)
    assert len(links) == 1
    page = nobody.get(links[0])
    page.fill("Company name", "Neu GmbH").fill("Your name", "Nora Neu")
    page.fill("Email", NORA).fill("Password", PASSWORDS[NORA])
    page = page.press("Start")
    assert (page.status, page.path) == (200, "/")
    assert Walker(tend.url).get(links[0]).path == "/login"  # once
    walker = Walker(tend.url)
    assert walker.sign_in(NORA, PASSWORDS[NORA]).path == "/"
    return walker


def pick(page, label, text):
    """Choose the first option of a list whose text holds `text`."""
    option = next(o for o in page.field(label).all("option") if text in o.text)
    return page.fill(label, option.get("value", option.text))


def test_every_page_of_an_empty_house_opens_and_says_what_to_do(nora):
    opened, coming = {}, ["/", "/settings", "/help"]
    while coming:
        path = coming.pop().partition("#")[0]
        if path in opened or not path.startswith("/") or path.startswith("/static"):
            continue
        page = nora.get(path)
        assert page.status == 200, (path, page.status)
        opened[path] = page
        if page.root is None:
            continue  # a file to download
        assert page.h1, path
        coming += [a["href"] for a in page.root.all("a", href=True)]
    assert len(opened) > 70
    for path in ("/contacts", "/companies", "/tasks", "/quizzes", "/sequences", "/notifications"):
        assert re.search(r"Nobody here yet|No \w+ yet|Nothing (here|new)", opened[path].text), path
    assert "Set up Tend" in opened["/"].text


def test_the_funnel_is_built_by_hand_and_brings_a_lead(tend, nora):
    publish_quiz(nora)
    publish_sequence(nora)
    rita = invite(tend, nora)
    say_who_gets_which(nora)

    quick = lambda: tend.at(moments.pop(0))  # noqa: E731 - one line of time
    moments = [f"2026-11-24T14:{minute:02}:00" for minute in range(1, 20)]
    page = answer(Walker(tend.url), "Ada", quick)
    give(page, "Ada Lorenz", "ada@nordhafen.example", "result_mail", "marketing")
    result = page.press("See my result")
    assert (result.data("data-score"), result.data("data-tier")) == ("94", "tier_hot")
    assert "Neu GmbH" in result.text
    page = answer(Walker(tend.url), "Ben", quick)
    give(page, "Ben Haas", "ben@kestrel.example", "marketing").press("See my result")

    today = rita.get("/")
    assert "Ada Lorenz" in today.text
    assert "Call Ada Lorenz" in rita.get("/tasks").text
    assert "Ada Lorenz" in rita.get("/notifications").text
    record = rita.get("/contacts").link("Ada Lorenz")
    assert record.h1 == "Ada Lorenz"
    assert "94" in record.text and "Reps in turn" in record.text
    ben = nora.get("/contacts").link("Ben Haas")
    assert "Readiness nurture" in ben.text
    # No mail server is entered: the mails wait, and whoever can change it is told.
    assert "no mail server" in nora.get("/").text
    assert "ada@nordhafen.example" in nora.get("/outbox").text
    assert "Traceback" not in tend.output


def publish_quiz(nora):
    page = nora.get("/quizzes").link("Make a quiz")
    page = page.fill("Name", "Readiness check").press("Make quiz")
    assert page.h1.startswith("Edit Readiness check")
    page = page.link("Publish").press("Publish")
    assert page.path == "/quizzes/1" and "Live" in page.text
    assert "/q/readiness" in page.html


def publish_sequence(nora):
    page = nora.get("/sequences").link("Begin with a ready one").fill("Name", "Readiness nurture")
    page = pick(page, "Begin with", "five letters").press("Create sequence")
    page = page.press("Publish version 1")
    assert page.status == 200 and "Live" in page.text


def invite(tend, nora):
    """Rita, by a link to copy, since there is no mail server."""
    page = pick(nora.get("/settings/users").fill("Email", RITA), "Role", "Sales rep")
    page = page.choose("Sales").press("Invite")
    [link] = set(INVITED.findall(page.html))
    rita = Walker(tend.url)
    page = rita.get(link).fill("Your name", "Rita Rep").fill("Password", PASSWORDS[RITA])
    page = page.fill("Time zone", "Europe/Berlin").press("Make my account")
    assert page.path == "/" and page.status == 200
    return rita


def say_who_gets_which(nora):
    page = nora.get("/settings/routing").link("Add a pool").fill("Name", "Reps")
    page = page.choose("Rita Rep").press("Save pool")
    assert "Whose turn it is" in page.text
    page = nora.get("/settings/answer-times").link("Add an answer time").fill("Name", "Two hours")
    assert "within 2 h of working time" in page.press("Save answer time").text
    page = nora.get("/settings/routing").link("Add a rule").fill("Name", "Hot").fill("Value", "80")
    pick(page, "Field", "Score")
    pick(page, "Comparison", "is more than")
    pick(page, "Give the lead to", "Reps")
    page = page.fill("Task", "Call {name}").press("Save rule")
    assert "Reps in turn" in page.text
    page = page.press("Add the last rule")
    page = pick(page, "Sequence", "Readiness nurture").press("Save rule")
    assert page.status == 200 and "Readiness nurture" in page.text
