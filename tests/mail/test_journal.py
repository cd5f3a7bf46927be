"""The journal of what was handed over: a file a month, old ones dropped, all of them read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from crm.mail import journal


@pytest.fixture
def at(app):
    return lambda year, month, day=1: datetime(year, month, day, 9, tzinfo=UTC)


def names():
    return [path.name for path in journal.files()]


def test_each_month_has_a_file_and_thirteen_stay(at):
    for number in range(20):
        journal.note(f"<{number}@x>", at(2025 + number // 12, number % 12 + 1))
    assert len(names()) == 13
    assert (names()[0], names()[-1]) == ("handoff-2025-08.log", "handoff-2026-08.log")
    assert list(journal._newest()) == [f"<{number}@x>" for number in range(7, 20)]


def test_only_its_owner_reads_it(at):
    journal.note("<1@x>", at(2026, 11))
    assert journal.files()[0].stat().st_mode & 0o777 == 0o600


def test_many_writers_at_the_turn_of_a_month_lose_no_line(app, at):
    def write(number):
        with app.app_context():
            journal.note(f"<{number}@x>", at(2026, 11 + number % 2))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(200)))
    assert len(journal._newest()) == 200


def test_a_line_cut_by_a_power_loss_is_passed_over(at):
    journal.note("<1@x>", at(2026, 11))
    with journal.files()[0].open("a") as file:
        file.write("2026-11-2")
    assert list(journal._newest()) == ["<1@x>"]
