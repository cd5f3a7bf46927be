"""The answer to a link that was used, withdrawn or is too old."""

from crm.web.page import page


def gone(purpose: str):
    """The page that says so and shows the way to a new one; `purpose` reset, login or invite."""
    return page("accounts/gone.html", status=410, purpose=purpose)
