"""The contact form: what was typed, what is wrong with it, and the lead it makes."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import g, request
from flask_babel import gettext as _

from crm.accounts import queries as people
from crm.accounts.models import User, Workspace
from crm.contacts.rules import canonical_email, digits
from crm.core.refusal import Refused
from crm.leads.rules import ConsentGiven
from crm.quizzes.actions import Lead
from crm.quizzes.public import pages, stamps, visits
from crm.quizzes.public.own import Own, own
from crm.quizzes.queries.known import Known, known_in
from crm.quizzes.queries.open import Opened
from crm.quizzes.rules import result, spam
from crm.web import limits

LONGEST = {"email": 254, "name": 120, "company": 120, "job_title": 120, "phone": 40}
PURPOSES = ("result_mail", "marketing", "phone_contact")
TRAP = "homepage"


@dataclass
class Gate:
    """A contact form as posted, or empty."""

    opened: Opened
    values: dict[str, Any] = field(default_factory=dict)
    ticked: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)
    signs: list[str] = field(default_factory=list)
    skipped: bool = False
    note: str = ""

    @cached_property
    def own(self) -> dict[str, Own]:
        """The house's own fields on this form."""
        return own(self.opened)

    @cached_property
    def known(self) -> Known | None:
        """Whom the link to the quiz named."""
        return known_in(self.opened.attempt)

    @classmethod
    def read(cls, opened: Opened, stamp: stamps.Stamp) -> "Gate":
        """The posted form, checked."""
        posted = request.form
        form = cls(
            opened,
            {name: " ".join(posted.get(name, "").split()) for name in LONGEST},
            {purpose for purpose in PURPOSES if posted.get(purpose)},
            skipped=bool(posted.get("skip")) and bool(opened.quiz.spec.get("may_skip")),
        )
        form.values |= {key: one.read() for key, one in form.own.items()}
        if stamp.age < spam.FASTEST_SECONDS:
            form.signs.append("fast")
        if posted.get(TRAP, "").strip():
            form.signs.append("trap")
        try:
            pages.refuse_stale(stamp)
        except Refused as refusal:
            form.note = refusal.message
            form.errors["form"] = refusal.message
        if not form.skipped:
            form.check()
        return form

    def check(self) -> None:
        """Say at each field what has to be mended."""
        for name, longest in (LONGEST | dict.fromkeys(self.own, 300)).items():
            if isinstance(self.values[name], str) and len(self.values[name]) > longest:
                self.errors[name] = _("That is longer than %(n)s characters.", n=longest)
        if "email" not in self.errors and not self.has("email"):
            self._check_email()
        phone = self.values["phone"]
        if phone and "phone" not in self.errors and not digits(phone):
            self.errors["phone"] = _("This is not a phone number. Write it in digits.")
        if self.errors and self.wants_a_call_without_number:
            self.errors.setdefault("phone", pages.word(self.opened, "phone_missing"))

    @property
    def wants_a_call_without_number(self) -> bool:
        """Whether a call is ticked and no number is known. That alone turns nobody away."""
        has_number = self.values["phone"] or self.has("phone") or not self.asks("phone")
        return "phone_contact" in self.ticked and not has_number

    def _check_email(self) -> None:
        value = self.values["email"]
        if not value:
            self.errors["email"] = pages.word(self.opened, "email_missing")
            return
        try:
            canonical_email(value)
        except ValueError as error:
            local, _, host = value.rpartition("@")
            has_ending = not (local and host) or "." in host
            broken = pages.word(self.opened, "email_broken")
            said = result.fill(broken, value=value, host=host, first_name="-")
            if has_ending:
                is_english = g.locale == "en"
                said = str(error) if is_english else pages.usual_words()["email_broken"]
            self.errors["email"] = said

    def has(self, name: str) -> bool:
        """Whether we know this of the person already, so that it is not asked."""
        return self.known is not None and name in self.known.fields

    def asks(self, name: str) -> bool:
        """Whether the quiz wants to know this."""
        fields = (self.opened.quiz.spec.get("gate_page") or {}).get("fields") or []
        return name == "email" or name in [one.lower() for one in fields]

    def lead(self) -> Lead:
        """Who it is, with every consent in the words that stood on the page."""
        if self.skipped:
            return Lead(skipped=True, signs=tuple(self.signs), locale=g.locale)
        email, name = self.values["email"], self.values["name"]
        if self.known is not None:
            email, name = self.known.address, self.known.name or name
        self._count(email)
        return Lead(
            email=email,
            name=name,
            from_mail=self.known is not None,
            company=self.values["company"],
            phone=self.values["phone"],
            job_title=self.values["job_title"] if self.asks("job_title") else "",
            consents=tuple(self._consent(purpose) for purpose in self.offered()),
            details={
                key: one.said(self.values[key]) for key, one in self.own.items() if self.values[key]
            },
            signs=tuple(self.signs),
            locale=g.locale,
            page_url=self._where[0],
        )

    @cached_property
    def _where(self) -> tuple[str, str]:
        """The page of the form, and the network it was sent from, as a hash."""
        page = f"{request.scheme}://{request.host}{request.root_path.rstrip('/')}{request.path}"
        return page[:200].rsplit("/a/", 1)[0], visits.address_hash()

    def offered(self) -> list[str]:
        """The boxes this quiz shows."""
        consents = self.opened.quiz.spec.get("consents") or {}
        return [purpose for purpose in PURPOSES if (consents.get(purpose) or {}).get("text")]

    def words(self, purpose: str) -> tuple[str, str]:
        """The text beside a box, as the person reads it: the line and what it says more."""
        consent = self.opened.quiz.spec["consents"][purpose]
        return (
            result.fill(consent["text"], **self._names),
            result.fill(consent.get("more") or "", **self._names),
        )

    @cached_property
    def _people(self) -> tuple[Workspace | None, User | None]:
        """House and sender: held, for a session forgets whom nobody holds and would ask anew."""
        return people.house_with(self.opened.quiz.sender_id)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Who asks, for the texts beside the boxes."""
        house, sender = self._people
        company = house.name if house else ""
        sender_name = sender.name if sender else company
        return {"sender_name": sender_name, "company": company, "first_name": "-"}

    def _consent(self, purpose: str) -> ConsentGiven:
        consent = self.opened.quiz.spec["consents"][purpose]
        no_number = purpose == "phone_contact" and self.wants_a_call_without_number
        return ConsentGiven(
            purpose=purpose,
            is_granted=purpose in self.ticked and not no_number,
            details={"why": "ticked without a number"} if no_number else {},
            text="\n".join(part for part in self.words(purpose) if part),
            version=int(consent.get("version") or 1),
            locale=g.locale,
            page_url=self._where[0],
            address_hash=self._where[1],
        )

    def _count(self, email: str) -> None:
        """Note what looks like a machine; nobody is turned away for it."""
        if spam.is_disposable(email):
            self.signs.append("disposable")
        key = canonical_email(email)
        for sign, limit, whose in (
            ("network", "20 per 10 minutes", None),
            ("address", "8 per day", key),
        ):
            try:
                limits.count(limit, f"quiz-sign-{sign}", key=whose)
            except limits.TooManyRequests:
                self.signs.append(sign)
