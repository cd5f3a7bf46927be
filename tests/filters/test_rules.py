"""V2: what conditions mean, how they are written, and what becomes of broken ones."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from crm.filters.queries import week_start
from crm.filters.rules import Broken, brokens, dumps, judge, loads, typed, without_broken
from crm.filters.rules.grammar import LONGEST_KEY, BadFilter
from crm.filters.rules.meaning import Range, span, want
from tests.filters import small

BERLIN = ZoneInfo("Europe/Berlin")


def eyes(now="2026-11-24T12:00:00+00:00", zone=BERLIN, week=0):
    return SimpleNamespace(
        user_id=5, mates=frozenset({5, 6}), zone=zone, week_start=week, country="DE",
        now=datetime.fromisoformat(now),
    )  # fmt: skip


def tree(text, record="contact"):
    return typed(loads(text), record, small.kit())


def wanted(text, viewer):
    return want(tree(text), viewer)[0]


def test_v2_spans_follow_the_calendar():
    # Tuesday 24 November 2026.
    spans = {name: span(name, eyes()) for name in ("this_week", "last_month", "next_quarter")}
    assert spans["this_week"] == (date(2026, 11, 23), date(2026, 11, 29))
    assert spans["last_month"] == (date(2026, 10, 1), date(2026, 10, 31))
    assert spans["next_quarter"] == (date(2027, 1, 1), date(2027, 3, 31))
    assert span("this_week", eyes(week=6)) == (date(2026, 11, 22), date(2026, 11, 28))
    assert span("last_year", eyes()) == (date(2025, 1, 1), date(2025, 12, 31))
    assert span("yesterday", eyes("2026-03-01T10:00:00+00:00")) == (date(2026, 2, 28),) * 2


def test_v2_a_day_is_as_long_as_the_viewers_clock_says():
    # Berlin leaves summer time on 25 October 2026: that day has 25 hours.
    day = wanted("touch.is:2026-10-25", eyes())
    first, last = datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert day == Range(first, last)
    # On 29 March 2026 it has 23.
    day = wanted("touch.is:2026-03-29", eyes())
    assert (day.high - day.low).total_seconds() == 23 * 3600
    # "Today" in Kiritimati (UTC+14) is the 25th already.
    day = wanted("touch.in:today", eyes(zone=ZoneInfo("Pacific/Kiritimati")))
    assert day.low == datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_v2_the_last_days_end_now_and_older_ones_begin_where_they_end():
    last, ago = wanted("touch.last:7", eyes()), wanted("touch.ago:7", eyes())
    assert last.low == ago.high == datetime(2026, 11, 16, 23, tzinfo=UTC)
    assert last.high - eyes().now == last.high.resolution


def test_v2_me_my_team_and_nobody():
    def fits(text, owner):
        return judge(tree(text), SimpleNamespace(owner_id=owner), eyes())

    assert fits("owner.is:me", 5) and not fits("owner.is:me", 6) and not fits("owner.is:me", None)
    assert fits("owner.is:team", 6) and not fits("owner.is:team", 7)
    assert fits("owner.is:nobody", None) and not fits("owner.is:nobody", 5)
    assert fits("owner.none_of:me|nobody", 6) and not fits("owner.none_of:me|nobody", None)


def test_v2_values_that_make_no_sense_say_what_is_wrong():
    cases = {
        "score.gt:many": "“many” is not a number.",
        "touch.is:2026-02-30": "“2026-02-30” is not a day.",
        "touch.last:-3": "Give a number of days up to 36500.",
        "name.contains:": "Say what to compare with.",
        "score.between:3": "This comparison takes two values.",
        "main.is:maybe": "Choose yes or no.",
    }
    assert {text: brokens(tree(text))[0].why for text in cases} == cases


def test_v1_what_is_not_known_any_more_is_broken_and_the_rest_goes_on():
    found = tree("all(name.contains:ada,cf_99.is:x,any(gone.some(),touch.foo:1))")
    assert [one.why for one in brokens(found)] == ["field", "relation", "operator"]
    assert brokens(without_broken(found)) == []
    assert without_broken(found) == tree("all(name.contains:ada)")
    assert without_broken(tree("not(cf_99.is:x)")) == tree("")
    assert judge(found, SimpleNamespace(name="Ada", last_touch_at=None), eyes()) is False
    assert isinstance(tree("segment.is:x"), Broken)


@pytest.mark.parametrize(
    "text",
    ["all(", "name", "name.", "name.is:a)", "NAME.is:a", "x" * 6001,
     "not(not(not(not(not(not(name.is:a))))))", "all(" + ",".join(["name.empty"] * 90) + ")",
     "name.is:" + "a" * 201, "name.one_of:" + "|".join("a" * 101), "(", "not()", ",", "~"],
)  # fmt: skip
def test_v2_a_text_that_is_no_filter_is_refused_in_words(text):
    with pytest.raises(BadFilter) as refused:
        loads(text)
    assert str(refused.value)[0].isupper()


def test_v2_special_letters_survive_the_url():
    raw = {"field": "name", "op": "one_of", "values": ["a|b", "(c)", "~d,e:f", "ü 100%"]}
    assert dumps(raw) == "name.one_of:a~|b|~(c~)|~~d~,e:f|ü 100%"
    assert loads(dumps(raw)) == raw


def test_v2_the_week_begins_as_the_country_has_it():
    assert [week_start(code) for code in ("DE", "US", "EG", "")] == [0, 6, 5, 0]


def test_v2_a_key_may_hold_the_longest_id_of_a_question():
    key = f"answer_123456789_{'q' * 61}"
    assert loads(f"{key}.is:a")["field"] == key
    with pytest.raises(BadFilter):
        loads(f"{'q' * (LONGEST_KEY + 1)}.is:a")
