"""What quizzes offer to the frame and to mail."""

from crm.quizzes.letters import MAILS
from crm.web.shell import ShellItem

SHELL = [ShellItem("Quizzes", "/quizzes", icon="list-checks", order=60)]
__all__ = ["MAILS", "SHELL"]
