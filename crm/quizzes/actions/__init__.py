"""Every change to quizzes, attempts and what they leave behind."""

from crm.quizzes.actions.attempts import (
    abandon_idle,
    answer,
    follows,
    forget_known,
    has_lead,
    start,
)
from crm.quizzes.actions.confirming import ask_again, confirm
from crm.quizzes.actions.erase import forget
from crm.quizzes.actions.events import note, note_view
from crm.quizzes.actions.finish import Lead, finish, release
from crm.quizzes.actions.renewal import renew
from crm.quizzes.actions.versions import (
    archive,
    create,
    pause,
    publish,
    reopen,
    roll_back,
    save_draft,
    share,
)

__all__ = [
    "Lead",
    "abandon_idle",
    "answer",
    "archive",
    "ask_again",
    "confirm",
    "create",
    "finish",
    "follows",
    "forget",
    "forget_known",
    "has_lead",
    "note",
    "note_view",
    "pause",
    "publish",
    "release",
    "renew",
    "reopen",
    "roll_back",
    "save_draft",
    "share",
    "start",
]
