"""The parts of a quiz that an author edits, as blanks over its spec."""

from typing import Any

from flask_babel import gettext as _

from crm.fields import queries as fields
from crm.quizzes.forms import Blank
from crm.quizzes.rules import languages
from crm.quizzes.rules.path import END
from crm.quizzes.rules.shape import Question, Spec, questions

LONG = "area"
# People and records are no matter for prospects.
FILLABLE = frozenset("text long number money on at bool select multi url".split())


def part(name: str, spec: Spec) -> tuple[str, list[Blank]]:
    """Title and blanks of a part; KeyError for an unknown one."""
    return {
        "intro": (_("First page"), _intro()),
        "gate": (_("Contact form"), _gate(spec)),
        "consents": (_("Boxes to tick"), _consents()),
        "messages": (_("Messages"), _messages()),
        "counting": (_("Counting"), _counting()),
    }[name]


def part_names() -> dict[str, str]:
    """The parts by name, in the order an author meets them."""
    return {
        "intro": _("First page"),
        "gate": _("Contact form"),
        "consents": _("Boxes to tick"),
        "messages": _("Messages"),
        "counting": _("Counting"),
    }


def _intro() -> list[Blank]:
    return [
        Blank("name", _("Name of the quiz"), required=True),
        Blank(
            "locale",
            _("Language of its texts"),
            "choice",
            _("The first language of the quiz; others are added under Languages."),
            tuple(languages.KNOWN.items()),
        ),
        Blank("intro.title", _("Title"), required=True),
        Blank("intro.lead", _("Below the title"), LONG),
        Blank("intro.points", _("Points"), "lines", _("One a line. The first clause is bold.")),
        Blank("intro.button", _("Button")),
        Blank("intro.note", _("Small print"), LONG),
    ]


def _gate(spec: Spec) -> list[Blank]:
    after = tuple(
        (f"after:{one['id']}", _("After “%(text)s”", text=one.get("text", "")))
        for one in questions(spec)[:-1]
    )
    places = (
        ("before_result", _("Before the result")),
        ("before", _("Before the first question")),
        *after,
        ("teaser", _("After the score, before what it is made of")),
        ("none", _("Nowhere: everybody sees the result, nobody becomes a contact")),
    )
    asked = (
        ("email", _("Email")),
        ("name", _("Name")),
        ("company", _("Company")),
        ("job_title", _("Job title")),
        ("phone", _("Phone")),
        *((one.key, one.label) for one in fields.customs("contact") if one.kind in FILLABLE),
    )
    help_ = _(
        "Email is always asked. Fields that name people or other records are for the team alone."
    )
    return [
        Blank("gate", _("Where it stands"), "choice", choices=places),
        Blank("may_skip", _("May be passed over"), "check"),
        Blank("gate_page.title", _("Title"), required=True),
        Blank("gate_page.lead", _("Below the title")),
        Blank("gate_page.fields", _("Fields"), "checks", help_, asked),
        Blank("gate_page.email_help", _("Help at the email field")),
        Blank("gate_page.button", _("Button")),
        Blank("gate_page.note", _("Small print"), LONG, _("{company} becomes your name.")),
    ]


def _consents() -> list[Blank]:
    words = {
        "result_mail": _("Result by mail"),
        "marketing": _("Mails that follow"),
        "phone_contact": _("A call"),
    }
    blanks = [
        Blank("consents.legend", _("Question above the boxes")),
        Blank("consents.help", _("Below the question")),
    ]
    for purpose, label in words.items():
        help_ = _("Left empty, the box is not shown. {sender_name} becomes the sender.")
        blanks += [
            Blank(f"consents.{purpose}.text", label, help=help_),
            Blank(f"consents.{purpose}.more", _("%(name)s: in small print", name=label)),
        ]
    help_ = _(
        "They begin once the button behind the link is pressed; it works for seven days. "
        "The result by mail, the owner and the call never wait for it."
    )
    label = _("Ask by mail to confirm the mails that follow")
    blanks.append(Blank("double_opt_in", label, "check", help_))
    return blanks


def _messages() -> list[Blank]:
    return [
        Blank("errors.no_answer", _("No answer chosen")),
        Blank("errors.email_missing", _("No email address")),
        Blank(
            "errors.email_broken",
            _("Broken email address"),
            help=_("{value} is what was typed, {host} what stands after the @."),
        ),
        Blank("errors.phone_missing", _("A call without a number")),
        Blank("errors.link_old", _("Back after more than 30 days")),
    ]


def _counting() -> list[Blank]:
    return [
        Blank(
            "basis",
            _("Out of"),
            "choice",
            choices=(("asked", _("The questions asked on the way")), ("all", _("All questions"))),
        ),
        Blank(
            "missing",
            _("No answer where none is needed"),
            "choice",
            choices=(("zero", _("Counts nothing of its points")), ("leave", _("Leaves the sum"))),
        ),
        Blank(
            "effective",
            _("Taken more than once"),
            "choice",
            choices=(
                ("latest", _("The latest score counts")),
                ("best", _("The best score counts")),
                ("first", _("The first score counts")),
            ),
        ),
        Blank("levels.middle", _("Area texts: middle from"), "number", low=1, high=99),
        Blank("levels.high", _("Area texts: high from"), "number", low=2, high=100),
    ]


def kinds() -> tuple[tuple[str, str], ...]:
    """The kinds of question, as an author reads them."""
    return (
        ("single", _("One choice")),
        ("multi", _("Several choices")),
        ("yes_no", _("Yes or no")),
        ("scale", _("Scale")),
        ("dropdown", _("List to choose from")),
        ("number", _("Number")),
        ("short_text", _("Short text")),
        ("long_text", _("Long text")),
        ("statement", _("Statement, nothing to answer")),
    )


def tier(_tier: dict[str, Any] | None = None) -> list[Blank]:
    """What a tier says and does."""
    looks = (("hot", _("Hot")), ("warm", _("Warm")), ("cool", _("Cool")))
    promises = (
        ("call", _("The owner calls or writes by the due time")),
        ("mails", _("Mails follow, nobody calls")),
        ("none", _("Nothing is promised")),
    )
    return [
        Blank("name", _("Name for the team"), required=True),
        Blank("shown_as", _("Name for the prospect")),
        Blank("from", _("From score"), "number", required=True, low=0, high=100),
        Blank("level", _("Look"), "choice", choices=looks),
        Blank("promise", _("What happens next"), "choice", choices=promises),
        Blank("title", _("Title of the result"), help=_("{first_name} becomes the first name.")),
        Blank("lead", _("Below the title"), LONG),
        Blank("next", _("Next, where nothing is promised"), LONG),
        Blank("after", _("More on what happens next"), LONG),
        Blank("button", _("Button")),
        Blank("cta.kind", _("The button"), "choice", choices=cta_kinds()),
        Blank("cta.to", _("The button: address or number"), help=_("https://… or +49 30 1234567")),
        Blank("rep", _("For the team only"), LONG),
        Blank("share", _("When passed on"), help=_("One sentence for all in the tier.")),
        Blank("offer.title", _("Offer: title")),
        Blank("offer.text", _("Offer: text"), LONG),
        Blank("offer.label", _("Offer: link text")),
        Blank("offer.url", _("Offer: address"), help=_("https://…")),
        Blank("offer.note", _("Offer: beside the link")),
    ]


def cta_kinds() -> tuple[tuple[str, str], ...]:
    """What the button of a result may do."""
    return (
        ("", _("Writes to the owner, or opens the offer")),
        ("book", _("Opens a page to book a time")),
        ("call", _("Calls a number")),
        ("download", _("Fetches a file")),
    )


def area() -> list[Blank]:
    """What an area says at each height."""
    return [
        Blank("name", _("Name for the team"), required=True),
        Blank("shown_as", _("Name for the prospect")),
        Blank("low", _("When low"), LONG),
        Blank("middle", _("When in the middle"), LONG),
        Blank("high", _("When high"), LONG),
    ]


def question(asked: Question, spec: Spec) -> list[Blank]:
    """What a question of its kind can be told."""
    areas = tuple((one["id"], one["name"]) for one in spec.get("categories") or [])
    blanks = [
        Blank("text", _("Question"), required=True),
        Blank("help", _("Help below the question")),
        Blank("type", _("Kind"), "choice", choices=kinds()),
    ]
    kind = asked["type"]
    if kind in {"dropdown", "number", "short_text", "long_text"}:
        blanks.append(Blank("required", _("Must be answered"), "check"))
    if kind not in {"statement", "short_text", "long_text"}:
        blanks += [
            Blank("category", _("Area"), "choice", choices=(("", _("None")), *areas)),
            Blank("weight", _("Weight"), "share", _("1 counts once, 1.5 half as much again.")),
        ]
    if kind == "multi":
        blanks += [
            Blank("min", _("Tick at least"), "number", low=0, high=50),
            Blank("max", _("Tick at most"), "number", low=1, high=50),
            Blank("cap", _("At most so many points"), "number"),
            Blank("floor", _("At least so many points"), "number"),
        ]
    if kind == "number":
        blanks += [Blank("low", _("Smallest"), "number"), Blank("high", _("Largest"), "number")]
    if kind in {"single", "scale", "yes_no", "dropdown"}:
        help_ = _("{answer}, {score} and {lifted} are filled in. Empty: never suggested.")
        blanks.append(Blank("lift", _("If a better answer would lift the score most"), help=help_))
    if kind != "statement":
        help_ = _(
            "Fills it where the record says nothing yet. Fields that name people or other records "
            "are for the team alone."
        )
        places = (("", _("None")), *contact_fields())
        blanks.append(Blank("maps_to", _("Field of the contact"), "choice", help_, places))
    blanks.append(Blank("next", _("Then go to"), "choice", choices=targets(asked, spec)))
    return blanks


def contact_fields() -> tuple[tuple[str, str], ...]:
    """What an answer may fill: job title, phone, and the house's own fields of contacts."""
    own = tuple((one.key, one.label) for one in fields.customs("contact") if one.kind in FILLABLE)
    return (("job_title", _("Job title")), ("phone", _("Phone")), *own)


def targets(asked: Question, spec: Spec) -> tuple[tuple[str, str], ...]:
    """Where a jump may lead: later questions, or the end."""
    order = questions(spec)
    place = [one["id"] for one in order].index(asked["id"])
    later = tuple(
        (one["id"], f"{number}. {one.get('text', '')}"[:80])
        for number, one in enumerate(order, 1)
        if number > place + 2
    )
    return (("", _("the next question")), *later, (END, _("the end")))


def option(asked: Question, spec: Spec) -> list[Blank]:
    """What an option can be told."""
    blanks = [Blank("text", _("Answer"), required=asked["type"] != "scale")]
    if asked["type"] in {"single", "multi", "yes_no"}:
        blanks.append(Blank("hint", _("In small print")))
    blanks += [
        Blank("points", _("Points"), "number"),
        Blank("why", _("If it counts most")),
        Blank("advice", _("Advice on the result")),
    ]
    if asked["type"] != "multi":
        blanks.append(Blank("next", _("Then go to"), "choice", choices=targets(asked, spec)))
    return blanks
