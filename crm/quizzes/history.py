"""What of quizzes the history keeps: what was edited and published, by whom."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from crm.history.rules import Tracked
from crm.quizzes.models import Quiz


def _switches(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[str]:
    """Closing, opening and putting away are taken back; what is published stays."""
    is_alone = "state" in new and "live_version_id" not in new
    return ("state", "state_at") if is_alone else ()


HISTORY = [
    # Versions stay as they were published; the page of versions brings one back.
    Tracked(
        Quiz,
        _l("Quiz"),
        labels={
            "name": _l("Name"),
            "slug": _l("Address"),
            "state": _l("State"),
            "draft": _l("Draft"),
            "live_version_id": _l("Published version"),
            "sender_id": _l("Signed by"),
            "theme": _l("Look"),
            "embed_origins": _l("Sites that may embed it"),
            "result_days": _l("Days a result stays"),
            "retention_days": _l("Days answers stay"),
            "retake": _l("Taking it again"),
            "may_share": _l("Results may be shared"),
        },
        right="manage_quizzes",
        restores=frozenset({"sender_id"}),
        follows={"state_at": "state"},
        switches=_switches,
        drafts=frozenset({"draft", "theme"}),
    ),
]
# What the history calls an act, by its endpoint.
ACTS = [
    ("quizzes.create", _l("Quiz added")),
    ("quizzes.close", _l("Quiz closed")),
    ("quizzes.reopen", _l("Quiz opened again")),
    ("quizzes.archive", _l("Quiz put away")),
    ("quiz_versions.publish", _l("Quiz published")),
    ("quiz_versions.restore", _l("Older version taken as draft")),
    *(
        (f"{page}.{verb}", _l("Quiz edited"))
        for page, verbs in (
            ("quiz_parts", ("save_part", "add", "save_thing", "delete", "share")),
            (
                "quiz_questions",
                ("add", "save", "add_option", "delete_option", "move", "delete", "restore"),
            ),
            ("quiz_languages", ("add", "save", "delete", "save_words")),
        )
        for verb in verbs
    ),
    # What prospects do.
    ("quiz.answer", _l("Quiz finished")),
    ("quiz.hand_in", _l("Quiz finished")),
    ("quiz.withdraw", _l("Consent taken back")),
    ("quiz.delete", _l("Own data deleted")),
    ("quiz.forget", _l("Own answers deleted")),
    ("confirm.confirm", _l("Address confirmed")),
]
