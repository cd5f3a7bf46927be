"""Telling once, reading, and whose notice it is."""

import pytest

from crm.core.refusal import Refused
from crm.notices import actions, queries


def tell(user, key="lead:1", **more):
    actions.tell(
        user.id,
        **{"kind": "lead", "title": "Call Ada", "url": "/contacts/1", "dedupe_key": key, **more},
    )


def test_telling_twice_leaves_one_line(cast, write):
    write(lambda: tell(cast["Eva"]))
    write(lambda: tell(cast["Eva"], title="again"))
    assert [n.title for n in queries.notices_for(cast["Eva"])] == ["Call Ada"]
    assert queries.unread_count(cast["Eva"]) == 1
    assert queries.unread_count(cast["Finn"]) == 0


def test_reading_one_and_reading_all(cast, write):
    write(lambda: [tell(cast["Eva"], f"lead:{n}") for n in range(3)])
    newest, *older = queries.notices_for(cast["Eva"])
    write(lambda: actions.mark_read(newest, cast["Eva"]))
    assert queries.unread_count(cast["Eva"]) == 2
    last = older[0].id
    write(lambda: tell(cast["Eva"], "lead:later"))
    assert write(lambda: actions.mark_all_read(cast["Eva"], last)) == 2
    assert queries.unread_count(cast["Eva"]) == 1


def test_nobody_reads_the_notices_of_others(cast, write):
    write(lambda: tell(cast["Eva"]))
    notice = queries.notices_for(cast["Eva"])[0]
    assert queries.notice_for(cast["Finn"], notice.id) is None
    with pytest.raises(Refused):
        write(lambda: actions.mark_read(notice, cast["Finn"]))
