"""Every page of the product as it is looked at: who opens which address."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """`person` opens `path`; {names} stand for ids of the story."""

    name: str
    path: str
    person: str | None = "mona"
    status: int = 200


def _named(person, *pairs, status=200):
    return [Place(name, path, person, status) for name, path in pairs]


PROSPECT = [
    *_named(
        None,
        ("quiz-intro", "/q/readiness"),
        ("quiz-embed", "/q/readiness?embed=1&parent=https://haselbach.example"),
        ("quiz-single", "{at_single}"),
        ("quiz-second", "{at_second}"),
        ("quiz-multi", "{at_multi}"),
        ("quiz-scale", "{at_scale}"),
        ("quiz-gate", "{at_gate}"),
        ("quiz-embedded-question", "{at_second}?embed=1&parent=https://haselbach.example"),
        ("quiz-result-hot", "{result_ada}"),
        ("quiz-result-warm", "{result_ben}"),
        ("quiz-result-cold", "{result_dora}"),
        ("quiz-shared", "{shared}"),
        ("quiz-withdrawal", "{result_ada}/withdrawal"),
        ("quiz-deletion", "{result_dora}/deletion"),
        ("quiz-deleted", "{result_dora}/deleted"),
        ("quiz-confirm", "{confirm}"),
        ("unsubscribe", "{unsubscribe}"),
        ("preferences", "{preferences}"),
    ),
    Place("quiz-closed", "/q/{closed_slug}", None),
    Place("quiz-missing", "/q/nothing-here", None, 404),
    Place("result-gone", "/q/readiness/r/forged", None, 404),
    Place("mail-link-gone", "/m/forged/unsubscribe", None, 404),
    Place("confirm-gone", "/m/forged/confirm", None, 404),
]

DOOR = [
    *_named(
        None,
        ("sign-in", "/login"),
        ("sign-in-by-mail", "/login/mail"),
        ("sign-in-link", "{login}"),
        ("password-forgotten", "/login/reset"),
        ("password-new", "{reset}"),
        ("invitation", "{invite}"),
    ),
    Place("invitation-gone", "/invite/forged", None, 410),
    Place("set-up-done", "/setup", None),
]

DAY = [
    *_named(
        "eva",
        ("today", "/"),
        ("today-one", "/?start=1"),
        ("bell", "/notifications"),
        ("tasks", "/tasks"),
        ("tasks-done", "/tasks?show=done"),
        ("task-new", "/tasks/new"),
        ("task", "/tasks/{task}"),
        ("task-edit", "/tasks/{task}/edit"),
        ("task-snooze", "/tasks/{task}/snooze"),
        ("search", "/search"),
        ("search-found", "/search?q=vogel"),
        ("search-nothing", "/search?q=zzzzzz"),
        ("new", "/new"),
        ("kept-forms", "/kept-forms"),
    ),
    *_named("rita", ("today-read-only", "/"), ("record-read-only", "/contacts/{mira}")),
    *_named("rita", ("new-read-only", "/new"), status=403),
    *_named("otto", ("today-empty", "/"), ("contacts-empty", "/contacts")),
    *_named("otto", ("deals-empty", "/deals"), ("tasks-empty", "/tasks")),
    Place("missing", "/contacts/999999", "eva", 404),
]

RECORDS = _named(
    "mona",
    ("contacts", "/contacts"),
    ("contacts-filtered", "/contacts?q=vogel"),
    ("contacts-nothing", "/contacts?q=zzzzzz"),
    ("contacts-filter", "/filters/build?record=contact"),
    ("contacts-filter-broken", "/filters/build?record=contact&filter=all(cf_999.is:x,name.has:y)"),
    ("contacts-columns", "/filters/columns?record=contact&shown=name,owner&first=name,owner"),
    ("contacts-chosen", "/contacts?columns=name,email,tags&filter=owner.is:me"),
    ("view-new", "/views/new?record=contact&query=owner=me"),
    ("views", "/views"),
    ("segments", "/segments"),
    ("segment-new", "/segments/new?filter=owner.is:me"),
    ("marks", "/marks"),
    ("mark", "/marks/contact/{ada}"),
    ("contact-new", "/contacts/new"),
    ("contact-hot", "/contacts/{ada}"),
    ("contact-warm", "/contacts/{ben}"),
    ("contact-cold", "/contacts/{dora}"),
    ("contact-customer", "/contacts/{mira}"),
    ("contact-call", "/contacts/{ada}?add=call"),
    ("contact-task", "/contacts/{ada}?add=task"),
    ("contact-edit", "/contacts/{ada}/edit"),
    ("contact-fact", "/contacts/{ada}/facts/phone"),
    ("contact-who-decides", "/contacts/{ada}/assignments"),
    ("log-call", "/contacts/{ada}/calls/new"),
    ("companies", "/companies"),
    ("companies-nothing", "/companies?q=zzzzzz"),
    ("company", "/companies/{hafen}"),
    ("company-edit", "/companies/{hafen}/edit"),
    ("company-new", "/companies/new"),
    ("deals", "/deals"),
    ("deals-table", "/deals?as=table"),
    ("deal", "/deals/{deal}"),
    ("deal-closed", "/deals/{closed_deal}"),
    ("deal-edit", "/deals/{deal}/edit"),
    ("deal-new", "/deals/new"),
    ("deal-won", "/deals/{deal}/closure?as=won"),
    ("deal-lost", "/deals/{deal}/closure?as=lost"),
    ("deal-move", "/deals/{deal}/stage"),
)

QUIZZES = _named(
    "mona",
    ("quizzes", "/quizzes"),
    ("quiz-new", "/quizzes/new"),
    ("quiz", "/quizzes/{quiz}"),
    ("quiz-paused", "/quizzes/{closed_quiz}"),
    ("quiz-edit", "/quizzes/{quiz}/edit"),
    ("quiz-question", "/quizzes/{quiz}/questions/q_start/edit"),
    ("quiz-tier", "/quizzes/{quiz}/tiers/tier_hot"),
    ("quiz-area", "/quizzes/{quiz}/areas/cat_fit"),
    ("quiz-part-intro", "/quizzes/{quiz}/parts/intro"),
    ("quiz-part-gate", "/quizzes/{quiz}/parts/gate"),
    ("quiz-sharing", "/quizzes/{quiz}/sharing"),
    ("quiz-publication", "/quizzes/{quiz}/publication"),
    ("quiz-language", "/quizzes/{closed_quiz}/languages/de"),
    ("quiz-part-consents", "/quizzes/{quiz}/parts/consents"),
    ("quiz-words", "/quizzes/{closed_quiz}/languages/fr/words"),
    ("quiz-preview", "/quizzes/{quiz}/preview"),
    ("quiz-attempt", "/quizzes/{quiz}/attempts/{attempt}"),
    ("sequences", "/sequences"),
    ("sequence", "/sequences/{sequence}"),
    ("sequence-edit", "/sequences/{sequence}/edit"),
    ("sequence-step", "/sequences/{sequence}/steps/{step}/edit"),
    ("sequence-new", "/sequences/new"),
    ("outbox", "/outbox"),
    ("outbox-failed", "/outbox?state=failed"),
    ("outbox-mail", "/outbox/{mail}"),
    ("intakes", "/intakes"),
)

SETTINGS = _named(
    "adam",
    ("settings", "/settings"),
    ("profile", "/settings/profile"),
    ("security", "/settings/security"),
    ("workspace", "/settings/workspace"),
    ("users", "/settings/users"),
    ("user", "/settings/users/{eva}"),
    ("teams", "/settings/teams"),
    ("team", "/settings/teams/{team}"),
    ("my-time", "/settings/time"),
    ("time-of", "/settings/time/{eva}"),
    ("mail-account", "/settings/mail"),
    ("pipelines", "/settings/pipelines"),
    ("pipeline", "/settings/pipelines/{pipeline}/edit"),
    ("stage", "/settings/pipelines/stages/{stage}/edit"),
    ("fields", "/settings/fields"),
    ("field-kinds", "/settings/fields/new?record=deal"),
    ("field-new", "/settings/fields/new?record=deal&kind=select"),
    ("field", "/settings/fields/1/edit"),
    ("tags", "/settings/tags"),
    ("tag", "/settings/tags/{tag}/edit"),
    ("routing", "/settings/routing"),
    ("routing-try", "/settings/routing?pct=94&tier_name=Hot"),
    ("routing-rule", "/settings/routing/{rule}/edit"),
    ("routing-last", "/settings/routing/{last_rule}/edit"),
    ("routing-new", "/settings/routing/new"),
    ("pool", "/settings/routing/pools/{pool}"),
    ("pool-new", "/settings/routing/pools/new"),
    ("answer-times", "/settings/answer-times"),
    ("answer-time", "/settings/answer-times/{policy}/edit"),
    ("answer-time-new", "/settings/answer-times/new"),
    ("history", "/history"),
    ("history-nothing", "/history?since=2099-01-01"),
    ("history-change", "/history/1"),
    ("history-sign-ins", "/history/sign-ins"),
    ("history-contact", "/contacts/{ada}/history"),
    ("trash", "/trash"),
    ("help", "/help"),
    ("help-page", "/help/start"),
    ("help-settings", "/help/settings"),
    ("help-keys", "/help/keys"),
)

GROUPS = {
    "prospect": PROSPECT,
    "door": DOOR,
    "day": DAY,
    "records": RECORDS,
    "quizzes": QUIZZES,
    "settings": SETTINGS,
}
# Endpoints that answer no page of their own, each with what they answer.
NO_PAGE = {
    "embed": "a script",
    "static": "files",
    "manifest": "JSON",
    "health.healthz": "JSON",
    "health.metrics": "numbers for Prometheus",
    "health.robots": "text",
    "quiz.theme_sheet": "a style sheet",
    "quiz.offer": "leads to the offer",
    "quizzes.qr": "a picture",
    "notices.bell": "a fragment",
    "go.open": "leads to a record",
    "history.export": "a file",
    "setup.show": "only before there is anybody: looked at in test_first_start.py",
}
