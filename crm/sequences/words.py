"""States and reasons of sequences in words."""

from flask_babel import lazy_gettext as _

SEQUENCE = {
    "draft": (_("Draft"), "line"),
    "live": (_("Live"), "good"),
    "paused": (_("Paused"), "warm"),
    "archived": (_("Put away"), "line"),
}
ENROLMENT = {
    "waiting": (_("Waits for confirmation"), "warm"),
    "active": (_("In it"), "good"),
    "paused": (_("Paused"), "warm"),
    "finished": (_("Finished"), ""),
    "stopped": (_("Stopped"), "line"),
}
REASONS = {
    "replied": _("They answered"),
    "unsubscribed": _("They unsubscribed"),
    "bounced": _("The address does not exist"),
    "deal_created": _("A deal was created"),
    "deal_closed": _("The deal was closed"),
    "contacted": _("Somebody spoke with them"),
    "meeting": _("A meeting was booked"),
    "manual": _("Stopped by hand"),
    "hot_result": _("A hot quiz result"),
    "deleted": _("The contact was deleted"),
    "merged": _("The contact was merged"),
    "consent_withdrawn": _("Consent was withdrawn"),
    "excluded": _("They are in a segment that gets no sequences"),
    "version_replaced": _("A new version replaced it"),
}
# Why an enrolment stays as it is though what stopped it was taken back.
STAYS = {
    "replied": _("They answered since, so no mails leave."),
    "meeting": _("They met somebody since, so no mails leave."),
    "contacted": _("Somebody spoke with them since, so no mails leave."),
    "consent_withdrawn": _("They do not agree to mails any more, so none leave."),
    "unsubscribed": _("They unsubscribed, so no mails leave."),
    "bounced": _("They have no address that works, so no mails leave."),
    "deal_created": _("They have a deal since, so no mails leave."),
    "deal_closed": _("Their deal was closed since, so no mails leave."),
    "archived": _("The sequence was put away, so no mails leave."),
    "again": _("They are in this sequence again."),
    "finished": _("All its mails had left."),
    "begun": _("They confirmed by mail, and that stays."),
}
DAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


def wait(step: dict) -> str:
    """When a step leaves, in words: "after 10 minutes", "day 2, 09:30"."""
    delay = step["delay"]
    if delay["unit"] == "minutes":
        return str(_("after %(n)s minutes", n=delay["amount"]))
    day = str(_("day %(n)s", n=delay["amount"]))
    return f"{day}, {step['at']}" if step.get("at") else day
