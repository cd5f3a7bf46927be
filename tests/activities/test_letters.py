"""The one reminder of a task is worth half a day, as is that of an answer clock."""

from datetime import timedelta

from crm.activities import letters
from crm.leads import letters as leads


def test_both_reminders_are_worth_sending_for_twelve_hours():
    found = {one.kind: one.expires for one in (*letters.MAILS, *leads.MAILS)}
    assert found["reminder"] == found["reminder.clock"] == timedelta(hours=12)
