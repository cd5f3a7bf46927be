"""What a person may type about talks, notes, events and tasks."""

from crm.activities.forms.about import FullTaskForm, named, unseen
from crm.activities.forms.notes import AnswerForm, EditForm, EventForm, NoteForm
from crm.activities.forms.talks import CallForm, MailForm, MeetingForm, ReplyForm, TalkForm
from crm.activities.forms.tasks import ReassignForm, SnoozeForm, TaskForm, later, offers

__all__ = [
    "AnswerForm",
    "CallForm",
    "EditForm",
    "EventForm",
    "FullTaskForm",
    "MailForm",
    "MeetingForm",
    "NoteForm",
    "ReassignForm",
    "ReplyForm",
    "SnoozeForm",
    "TalkForm",
    "TaskForm",
    "later",
    "named",
    "offers",
    "unseen",
]
