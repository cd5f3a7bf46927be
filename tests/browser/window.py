"""Windows of people: a context with their session, whose every complaint is kept."""

from tests.browser.sizes import WIDE

# What Chromium says of an answer that is not 2xx; the tests check those answers themselves.
EXPECTED = "Failed to load resource: the server responded with a status of 4"


class Windows:
    """Opens pages for people; cookies come from one real sign-in each."""

    def __init__(self, browser, house):
        self.browser, self.house = browser, house
        self.cookies, self.open, self.complaints = {}, [], []

    def of(self, name=None, size=WIDE, script=True, theme="light", **more):
        """A page of the person `name` (nobody: a prospect) in a fresh context."""
        context = self.browser.new_context(
            base_url=self.house.url,
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=script,
            color_scheme=theme,
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/Berlin",
            **more,
        )
        context.set_default_timeout(8000)
        if name:
            context.add_cookies(self._cookies(name))
        page = context.new_page()
        self.watch(page)
        self.open.append(context)
        return page

    def watch(self, page):
        """Keep what the browser has against a page: errors, warnings of the policy."""
        where = lambda: page.url.removeprefix(self.house.url)  # noqa: E731
        page.on("pageerror", lambda error: self.complaints.append(f"{where()}: {error}"))
        page.on(
            "console",
            lambda said: (
                self.complaints.append(f"{where()}: {said.text}")
                if said.type == "error" and not said.text.startswith(EXPECTED)
                else None
            ),
        )
        page.on(
            "request",
            lambda asked: (
                self.complaints.append(f"{where()}: {asked.post_data}")
                if asked.url.endswith("/csp-report")
                else None
            ),
        )

    def signed_in_anew(self, name):
        """The cookies of one more sign-in of this person."""
        known = self.cookies.pop(name)
        fresh = self._cookies(name)
        self.cookies[name] = known
        return fresh

    def _cookies(self, name):
        if name not in self.cookies:
            walker = self.house.as_(name)
            self.cookies[name] = [
                {"name": c.name, "value": c.value, "url": self.house.url} for c in walker.jar
            ]
        return self.cookies[name]

    def close(self):
        """Close all windows; what was complained of since the last time."""
        for context in self.open:
            context.close()
        found, self.complaints, self.open = self.complaints, [], []
        return found
