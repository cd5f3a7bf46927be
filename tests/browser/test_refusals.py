"""Forms sent empty: the refusal stands on top, at its field, and axe has nothing against it."""

import pytest

from tests.browser.eye import look

# Who opens which form; it is emptied and sent as it is.
FORMS = [
    ("mona", "contact-new", "/contacts/new", "#contact-form"),
    ("mona", "company-new", "/companies/new", "main form"),
    ("mona", "deal-new", "/deals/new", "main form"),
    ("mona", "task-new", "/tasks/new", "main form"),
    ("mona", "deal-lost", "/deals/{deal}/closure?as=lost", "#deal-form"),
    ("mona", "quiz-new", "/quizzes/new", "#quiz-form"),
    ("mona", "question", "/quizzes/{quiz}/questions/q_start/edit", "main form"),
    ("mona", "sequence-new", "/sequences/new", "main form"),
    ("mona", "sequence-step", "/sequences/{sequence}/steps/{step}/edit", "main form"),
    ("mona", "routing-new", "/settings/routing/new", "main form"),
    ("mona", "pool-new", "/settings/routing/pools/new", "main form"),
    ("mona", "answer-time-new", "/settings/answer-times/new", "main form"),
    ("mona", "contact-call", "/contacts/{ada}?add=task", "#composer"),
    ("adam", "invite", "/settings/users", "#invite form"),
    ("adam", "workspace", "/settings/workspace", "main form"),
    ("adam", "mail-account", "/settings/mail", "main form"),
    ("adam", "profile", "/settings/profile", "main form"),
    ("adam", "password", "/settings/security", "form[action$=password]"),
    (None, "sign-in", "/login", "main form"),
    (None, "sign-in-by-mail", "/login/mail", "main form"),
    (None, "invitation", "{invite}", "main form"),
    (None, "quiz-question", "{at_single}", "#step"),
    (None, "quiz-gate", "{at_gate}", ".quiz-gate"),
]
EMPTY = """form => {
  for (const one of form.querySelectorAll("input:not([type=hidden]), textarea")) {
    if (["radio", "checkbox"].includes(one.type)) one.checked = false;
    else if (!one.closest("[aria-hidden]")) one.value = "";
  }
  form.noValidate = true;
  form.requestSubmit(form.querySelector("button.primary") ?? undefined);
}"""
ASKED = "[role=alert], .errors, [aria-invalid=true], .error"


@pytest.mark.parametrize("half", [0, 1])
def test_a_form_sent_empty_says_what_is_missing(windows, product, story, half):
    pages, found = {}, []
    for person, name, path, form in FORMS[half::2]:
        if person not in pages:
            pages[person] = windows.of(person)
        page = pages[person]
        page.goto(path.format(**story.ids))
        product.clock.forward(seconds=5)
        page.locator(form).first.evaluate(EMPTY)
        try:
            page.locator(ASKED).first.wait_for(timeout=4000)
        except Exception:
            found.append(f"{name}: nothing is said at {page.url}")
            continue
        found += look(page, f"refused-{name}")
    assert found == []
