"""Sums, numbers and times as the reader's language and zone write them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import g

from crm.core.clock import now
from crm.web import formats

TUESDAY = datetime(2026, 11, 24, 15, 3, tzinfo=UTC)  # 16:03 in Berlin


def test_exact_numbers_keep_all_their_decimals(kit):
    g.locale = "de"
    said = [formats.number(one) for one in (Decimal("0.000001"), "1234.500000", 1.23456, 1284)]
    assert said == ["0,000001", "1.234,5", "1,235", "1.284"]


@pytest.mark.parametrize(
    ("locale", "cents", "currency", "written"),
    [
        ("en", 1440000, "EUR", "€14,400"),
        ("en", 128450, "EUR", "€1,284.50"),
        ("en_US", 128450, "USD", "$1,284.50"),
        ("de", 1440000, "EUR", "14.400\xa0€"),
        ("en", 0, "EUR", "€0"),
        ("en", -7900, "EUR", "-€79"),
        ("en_US", 500, "JPY", "¥500"),
    ],
)
def test_money_drops_empty_decimals(kit, locale, cents, currency, written):
    g.locale = locale
    assert formats.money(cents, currency) == written


def test_times_are_those_of_the_reader(kit):
    assert formats.clock_time(TUESDAY) == "16:03"
    assert formats.iso(TUESDAY) == "2026-11-24T16:03+01:00"


def test_the_year_stands_only_when_it_is_another_one(kit):
    this_year = now().year
    assert str(this_year) not in formats.day(date(this_year, 3, 2))
    assert formats.day(date(2031, 5, 21)) == "Wed, 21 May 2031"


def test_near_times_need_only_their_weekday(kit):
    near, far = now() + timedelta(hours=1), now() - timedelta(days=6)
    assert len(formats.near_time(near).split()) == 2
    assert formats.near_time(far) == formats.day_time(far)
    assert formats.near_time(date(2031, 5, 21)) == "Wed, 21 May 2031"


def test_ago_says_words_for_a_week_and_then_the_day(kit):
    assert formats.ago(now() - timedelta(minutes=28, seconds=5)) == "28 minutes ago"
    assert formats.ago(now() - timedelta(seconds=3)) == "just now"
    assert formats.ago(now() - timedelta(seconds=50)) == "1 minute ago"
    assert formats.ago(now() + timedelta(hours=3, seconds=5)) == "in 3 hours"
    assert formats.ago(datetime(2016, 11, 21, 12, tzinfo=UTC)) == "Mon, 21 Nov 2016"


def test_shares_and_numbers_follow_the_language(kit):
    assert formats.percent(0.62) == "62%"
    assert formats.percent(0.625, 1) == "62.5%"
    assert formats.number(1284) == "1,284"
    g.locale = "de"
    assert formats.percent(0.62) == "62\xa0%"
    assert formats.number(1284) == "1.284"


def test_a_number_that_cannot_be_read_stays_as_typed(kit):
    assert formats.phone("+4940555117") == "+49 40 555117"
    assert formats.phone("ask Tom") == "ask Tom"
    assert formats.phone(None) == ""


def test_nothing_is_written_for_nothing_and_bad_settings_do_not_raise(kit):
    g.zone, g.locale = "Moon/Base", "xx_YY"
    assert formats.money(None) == formats.day(None) == formats.ago(None) == ""
    assert formats.clock_time(TUESDAY) == "15:03"


def test_how_long_ago_is_told_to_each_in_their_own_zone_and_language(kit):
    """The same instants are asked for by one after the other: what is kept is nobody else's."""
    at, present = datetime(2026, 11, 23, 23, 30, tzinfo=UTC), TUESDAY
    told = {}
    for zone, locale in (("Europe/Berlin", "en"), ("America/New_York", "en"), ("UTC", "de")):
        g.zone, g.locale = zone, locale
        told[zone] = formats.since(at, present)
    assert 'title="Tue 24 Nov, 00:30">16 hours ago<' in told["Europe/Berlin"]
    assert 'title="Mon 23 Nov, 18:30">16 hours ago<' in told["America/New_York"]
    assert 'title="Mo., 23. Nov., 23:30">vor 16 Stunden<' in told["UTC"]
    later = formats.since(at, present + timedelta(days=8))
    assert 'datetime="2026-11-23T23:30+00:00"' in later
    assert ">Mo., 23. Nov.</time>" in later


def test_near_times_are_told_to_each_in_their_own_zone_and_language(kit):
    at, told = datetime(2026, 11, 23, 23, 30, tzinfo=UTC), {}
    for zone, locale in (("Europe/Berlin", "en"), ("America/New_York", "en"), ("UTC", "de")):
        g.zone, g.locale = zone, locale
        told[zone] = (formats.near_time(at, TUESDAY), formats.iso(at))
    assert told["Europe/Berlin"] == ("Tue 00:30", "2026-11-24T00:30+01:00")
    assert told["America/New_York"] == ("Mon 18:30", "2026-11-23T18:30-05:00")
    assert told["UTC"] == ("Mo 23:30", "2026-11-23T23:30+00:00")
    assert formats.near_time(at, TUESDAY + timedelta(days=6)) == "Mo., 23. Nov., 23:30"
