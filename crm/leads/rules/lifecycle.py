"""Where a contact may move in its life, and what has to be true for it."""

from flask_babel import gettext as _

from crm.core.refusal import Refused

LIFECYCLES = {
    "incomplete": "Incomplete",
    "captured": "Captured",
    "assigned": "Assigned",
    "attempted": "Attempted",
    "contacted": "Contacted",
    "qualified": "Qualified",
    "opportunity": "Opportunity",
    "customer": "Customer",
    "nurture": "Nurture",
    "recycled": "Recycled",
    "disqualified": "Disqualified",
    "spam": "Spam",
}
CLOSED = frozenset({"disqualified", "spam", "customer"})
OPEN = frozenset(LIFECYCLES) - CLOSED
# Nobody has spoken with these yet; a talk moves them on.
BEFORE_CONTACT = ("captured", "assigned", "attempted", "nurture", "recycled")
# Kinds of timeline entries that are words between two people.
TALK = ("call", "mail_out", "meeting", "mail_in")

# target: from where, and the guard that must hold ("" for none).
MOVES: dict[str, tuple[frozenset[str], str]] = {
    "captured": (frozenset({"incomplete", "disqualified", "spam"}), ""),
    "assigned": (
        frozenset({"incomplete", "captured", "nurture", "recycled", "disqualified"}),
        "owner",
    ),
    "nurture": (frozenset({"incomplete", "captured", "recycled"}), "enrolment"),
    "attempted": (frozenset({"captured", "assigned", "nurture", "recycled"}), "evidence"),
    "contacted": (
        frozenset({"captured", "assigned", "attempted", "nurture", "recycled"}),
        "evidence",
    ),
    "qualified": (frozenset({"contacted"}), ""),
    "opportunity": (OPEN - {"opportunity", "incomplete"} | {"customer"}, "deal"),
    "customer": (frozenset({"opportunity"}), "won deal"),
    "recycled": (frozenset({"opportunity", "qualified", "contacted", "attempted"}), "reason"),
    "disqualified": (OPEN, "reason"),
    "spam": (OPEN, ""),
}
MISSING = {
    "owner": "it needs an owner first",
    "enrolment": "it needs a sequence and consent to mails",
    "evidence": "log the call, mail or meeting that shows it",
    "deal": "it needs an open deal",
    "won deal": "it needs a deal that was won",
    "reason": "say why",
}


def check_move(before: str | None, to: str, facts: frozenset[str]) -> None:
    """Let a contact move from `before` to `to`, or raise Refused naming the missing guard.

    Nobody becomes incomplete again. `facts` are those of MISSING that hold: owner, enrolment,
    evidence, deal, won deal, reason.
    """
    if to not in LIFECYCLES:
        raise Refused(_("Choose one of the lifecycles."), field="to")
    if to not in MOVES:
        raise Refused(
            _("Only a quiz that was left half-way makes somebody %(to)s.",
              to=LIFECYCLES[to].lower()),
            field="to",
        )  # fmt: skip
    sources, guard = MOVES[to]
    if before is not None and before not in sources:
        raise Refused(
            _(
                "%(before)s cannot become %(to)s: that comes after %(either)s.",
                before=LIFECYCLES[before],
                to=LIFECYCLES[to],
                either=_either(sources),
            ),
            field="to",
        )
    if guard and guard not in facts:
        raise Refused(
            _(
                "Not %(lifecycle)s yet: %(missing)s.",
                lifecycle=LIFECYCLES[to].lower(),
                missing=MISSING[guard],
            ),
            field=_field(guard),
        )


def is_step_back(before: str, to: str) -> bool:
    """Whether a move leads back, or back to work from where it had ended: a person says why."""
    way = list(LIFECYCLES)[: list(LIFECYCLES).index("customer") + 1]
    if before not in way:
        return to in way
    return to in way and way.index(to) < way.index(before)


def moves_from(before: str) -> list[str]:
    """Where a contact may go from `before`, in the order of the list."""
    return [to for to in LIFECYCLES if to in MOVES and before in MOVES[to][0]]


def targets() -> list[str]:
    """What a contact can be made, in the order of the list."""
    return [to for to in LIFECYCLES if to in MOVES]


def _field(guard: str) -> str:
    return "reason" if guard == "reason" else "to"


def _either(names: frozenset[str]) -> str:
    words = [LIFECYCLES[name].lower() for name in LIFECYCLES if name in names]
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
