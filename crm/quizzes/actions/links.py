"""The address of a result: withdrawn by its person or the team, and given anew by the team."""

from datetime import timedelta

from flask_babel import gettext as _

from crm.accounts.models import User
from crm.activities import actions as activities
from crm.core import clock
from crm.core.refusal import Refused
from crm.quizzes.actions.arrival import result_url
from crm.quizzes.models import Attempt, ResultLink
from crm.quizzes.queries import open as reading
from crm.quizzes.queries.open import Opened
from crm.sequences import queries as sequences


def withdraw(attempt_id: int, by: User | None = None) -> None:
    """Close the page of a result; answers and score stay. Withdrawn twice is withdrawn once.

    `by` is None where its own person did it. Raises Refused for an attempt without a result.
    """
    opened, link = _found(attempt_id)
    if link.revoked_at is not None:
        return
    link.revoked_at = clock.now()
    _say(opened.attempt, by, _("Result page closed"))


def reissue(attempt_id: int, by: User) -> ResultLink:
    """Open the page of a result for as long as the quiz keeps them, from now on.

    A withdrawn one gets a new address, since somebody did not want the old one read; one that
    has only run out keeps its own. Raises Refused where the answers were deleted.
    """
    opened, link = _found(attempt_id)
    if "erased" in opened.attempt.lead:
        raise Refused(_("The answers were deleted: there is nothing left to show."))
    now, days = clock.now(), opened.quiz.result_days
    if link.revoked_at is not None:
        before = result_url(opened.quiz.slug, link)
        link.n, link.revoked_at = link.n + 1, None
        _tell_sequences(opened.attempt, before, result_url(opened.quiz.slug, link))
    link.expires_at = now + timedelta(days=days) if days else None
    _say(opened.attempt, by, _("Result page opened again"))
    return link


def _tell_sequences(attempt: Attempt, before: str, now: str) -> None:
    """Let mails still to come lead to the new address."""
    for one in sequences.active_enrolments(attempt.contact_id) if attempt.contact_id else []:
        if one.context.get("result_link") == before:
            one.context = one.context | {"result_link": now}


def _found(attempt_id: int) -> tuple[Opened, ResultLink]:
    opened = reading.attempt_by_id(attempt_id, lock=True)
    link = reading.link_of(opened) if opened else None
    if opened is None or link is None:
        raise Refused(_("This attempt has no result."))
    return opened, link


def _say(attempt: Attempt, by: User | None, title: str) -> None:
    if attempt.contact_id is None:
        return
    activities.record(
        "result_link",
        contact_id=attempt.contact_id,
        actor="user" if by else "prospect",
        user_id=by.id if by else None,
        title=title,
        details={"attempt_id": attempt.id},
    )
