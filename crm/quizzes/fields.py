"""What quizzes offer to the frame and to mail."""

from crm.quizzes.letters import MAILS
from crm.web.shell import ShellItem

SHELL = [
    ShellItem("Quizzes", "/quizzes", icon="list-checks", order=60),
    ShellItem(
        "Quiz",
        "/quizzes/new",
        icon="list-checks",
        order=50,
        place="new",
        right="manage_quizzes",
        help="Questions that end in a score and a contact",
    ),
]
__all__ = ["MAILS", "SHELL"]
