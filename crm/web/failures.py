"""What an error page says to prospects: cause and way out, for people who have no login."""

from flask_babel import gettext as _

Said = tuple[str, str]


def texts(status: int) -> Said:
    """Title, and cause with the way out, for a status."""
    known = {
        400: (
            _("That request cannot be read"),
            _("Go back, check what you entered and send it again."),
        ),
        404: (
            _("This page does not exist"),
            _("Check the address, or open the link in the mail once more."),
        ),
        405: (_("That cannot be done here"), _("Open the page again and use its buttons.")),
        410: (_("This is gone"), _("The link was used or withdrawn.")),
        413: (_("That is too large"), _("Send less at once.")),
        429: (_("Too many tries"), _("Wait a little and try again. Nothing was lost.")),
        500: (_("That is our fault"), _("Nothing was changed. Try again a little later.")),
        503: (_("Very busy just now"), _("Nothing was changed. Try again in a few seconds.")),
    }
    return known.get(status, known[500] if status >= 500 else known[400])


def stale() -> Said:
    """What is said to a form that another site sent, or that is too old."""
    return (
        _("This form is too old or was not sent from this site"),
        _("Open the page again, then send it once more. Copy what you typed before."),
    )


def numbered(number: str) -> str:
    """How a failure is found again in the log."""
    return _("Error number %(number)s.", number=number)
