"""What happened before pages are looked at: three answered, one is in the middle, mails came."""

import re
from urllib.parse import urlsplit

from tests.browser.records_story import RecordsStory
from tests.scenarios.walker import ANSWERS, Walker, answer

GATE = {"Ada": "ada@nordhafen.example", "Ben": "ben@kestrel.example", "Dora": "dora@example.net"}


class Story:
    """Lived once a session through the public pages; `ids` names what the addresses hold."""

    def __init__(self, house):
        self.house, self.clock = house, house.clock
        self.ids = {}
        for who, at in (("Ada", "14:03"), ("Ben", "14:10"), ("Dora", "14:20")):
            self.clock.set(f"2026-11-24T{at}:00")
            self.ids[f"result_{who.lower()}"] = self._finish(who)
        self._stop_on_the_way()
        self._close_a_quiz()
        self._invite()
        self._mails()
        RecordsStory(house, self.ids)

    def _later(self):
        self.clock.forward(seconds=5)

    def _finish(self, who):
        page = answer(Walker(self.house.url), who, self._later)
        page.fill("Email", GATE[who]).fill("Name", f"{who} {SURNAMES[who]}").tick("result_mail")
        if who != "Dora":
            page.tick("marketing")
        self._later()
        page = page.press("See my result")
        self.ids["shared"] = urlsplit(page.root.one(id="share-link")["value"]).path
        return page.path

    def _stop_on_the_way(self):
        """Somebody at each kind of step, each in an attempt of their own."""
        for name, number in (("single", 0), ("second", 1), ("multi", 3), ("scale", 4), ("gate", 5)):
            page = Walker(self.house.url).get("/q/readiness")
            self._later()
            page = page.press("Start")
            for choice in ANSWERS["Ada"][:number]:
                self._later()
                page = page.choose(*([choice] if isinstance(choice, str) else choice)).press("Next")
            self.ids[f"at_{name}"] = page.path

    def _close_a_quiz(self):
        mona = self.house.as_("mona")
        page = mona.get("/quizzes/new").fill("Name", "Partner check").press("Make quiz")
        number = re.search(r"/quizzes/(\d+)", page.path)[1]
        boxes = mona.get(f"/quizzes/{number}/parts/consents").tick("double_opt_in").press("Save")
        assert boxes.status == 200, boxes.text[:400]
        page = mona.get(f"/quizzes/{number}/publication").press("Publish")
        assert page.status == 200, page.text[:400]
        slug = self.house.value("SELECT slug FROM quiz WHERE id = ?", number)
        self._tick(slug)
        mona.get(f"/quizzes/{number}").press("Pause")
        for code in ("de", "fr"):
            page = mona.get(f"/quizzes/{number}/edit").fill("Language", code)
            spoken = page.press("Add a language")
            assert spoken.status == 200, spoken.text[:400]
        self.ids |= {"closed_quiz": number, "closed_slug": slug}

    def _tick(self, slug):
        """Somebody ticks mails where the quiz asks to confirm, and has not done so yet."""
        page = Walker(self.house.url).get(f"/q/{slug}")
        self._later()
        page = page.press("Start")
        for choice in ANSWERS["Ben"]:
            self._later()
            page = page.choose(*([choice] if isinstance(choice, str) else choice)).press("Next")
        page.fill("Email", "noor@partner.example").tick("marketing")
        self._later()
        page = page.press("See my result")
        assert page.status == 200, page.text[:400]
        self.ids["result_noor"] = page.path

    def _invite(self):
        adam = self.house.as_("adam")
        page = adam.get("/settings/users").fill("Email", "new@haselbach.example").press("Invite")
        self.ids["invite"] = urlsplit(page.root.one(id="link")["value"]).path

    def _mails(self):
        """The letters whose links lead to pages of their own."""
        house = self.house
        for path in ("/login/mail", "/login/reset"):
            page = Walker(house.url).get(path)
            button = next(b.text for b in page.root.all("button") if b.get("type") == "submit")
            page.fill("Email", "finn@haselbach.example").press(button)
        self.clock.set("2026-11-24T14:25:00")
        [nurture] = house.mails("nurture", 1)
        [login], [reset] = house.mails("login", 1), house.mails("reset", 1)
        self.ids["unsubscribe"] = _path(house.links(nurture, "/m/")[0])
        self.ids["preferences"] = self.ids["unsubscribe"].replace("/unsubscribe", "/preferences")
        [confirm] = house.mails("confirm", 1)
        self.ids["confirm"] = _path(house.links(confirm, "/m/")[0])
        self.ids["login"] = _path(house.links(login, "/login/mail/")[0])
        self.ids["reset"] = _path(house.links(reset, "/login/reset/")[0])
        self.ids["go"] = _path(house.links(house.mails("notice", 1)[0], "/go/")[0])


SURNAMES = {"Ada": "Lorenz", "Ben": "Haas", "Dora": "Klein"}


def _path(url):
    return urlsplit(url).path
