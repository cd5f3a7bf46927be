"""C7: what people type for a field, in their language, and what is refused in words."""

from zoneinfo import ZoneInfo

import pytest

from crm.fields.reading import Manner, number, read
from crm.fields.rules import Option
from crm.fields.typed import CUSTOM_KINDS, Custom, checked

BERLIN = Manner("de", ZoneInfo("Europe/Berlin"), "EUR")
ENGLISH = Manner("en")
WORDS = ("Crafts", "Food", "Solar")
FIELDS = {
    kind: Custom(
        1,
        "contact",
        kind,
        kind,
        options=tuple(Option(str(n), word) for n, word in enumerate(WORDS, 7)),
    )
    for kind in CUSTOM_KINDS
}


@pytest.mark.parametrize(
    ("kind", "text", "manner", "plain"),
    [
        ("number", "1.234,5", BERLIN, "1234.5"),
        ("number", "1,234.5", ENGLISH, "1234.5"),
        ("number", "12.5", BERLIN, "12.5"),
        ("number", "1.234", BERLIN, "1234"),
        ("number", "1.234", ENGLISH, "1.234"),
        ("number", "−3", ENGLISH, "-3"),
        ("number", "-0", ENGLISH, "0"),
        ("money", "14.400", ENGLISH, [1_440_000, "EUR"]),
        ("money", "14.400,50 €", BERLIN, [1_440_050, "EUR"]),
        ("money", "USD 12.50", ENGLISH, [1250, "USD"]),
        ("money", "JPY 1,500", ENGLISH, [1500, "JPY"]),
        ("money", "KWD 1.500", ENGLISH, [1500, "KWD"]),
        ("money", "KWD 1,500", BERLIN, [1500, "KWD"]),
        ("on", "24.11.2026", BERLIN, "2026-11-24"),
        ("on", "24/11/26", ENGLISH, "2026-11-24"),
        ("on", "11/24/2026", Manner("en_US"), "2026-11-24"),
        ("on", "2026-11-24", ENGLISH, "2026-11-24"),
        ("at", "2026-11-24T13:30", BERLIN, "2026-11-24T12:30:00+00:00"),
        ("at", "24.11.2026 13:30", BERLIN, "2026-11-24T12:30:00+00:00"),
        ("bool", "ja", BERLIN, True),
        ("bool", "No", ENGLISH, False),
        ("select", "solar", ENGLISH, "9"),
        ("select", "9", ENGLISH, "9"),
        ("multi", "solar, Crafts", ENGLISH, ["7", "9"]),
        ("multi", ["9", "Crafts"], ENGLISH, ["7", "9"]),
        ("url", "mira.example/me", ENGLISH, "https://mira.example/me"),
        ("url", "HTTP://mira.example:80/", ENGLISH, "HTTP://mira.example:80/"),
        ("text", " two\x00\n words ", ENGLISH, "two words"),
        ("long", "two\r\nlines ", ENGLISH, "two\nlines"),
        ("text", "  ", ENGLISH, None),
        ("user", "12", ENGLISH, 12),
    ],
)
def test_c7_what_is_typed_is_read_in_the_language_of_the_writer(kind, text, manner, plain):
    found = read(FIELDS[kind], text, manner)
    assert found == plain
    assert checked(FIELDS[kind], found) == found


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("number", "twelve", "not a number"),
        ("number", "1e5", "not a number"),
        ("number", "１２", "not a number"),
        ("number", "1,2.3,4", "not a number"),
        ("number", "1000000000000", "too large"),
        ("number", "0.1234567", "6 decimals"),
        ("money", "1,2345 EUR", "more decimals"),
        ("money", "12 XXQ", "not a currency"),
        ("on", "30.02.2026", "no such day"),
        ("on", "soon", "Give a day"),
        ("at", "tomorrow", "a day and a time"),
        ("at", "2026-11-24 25:00", "a day and a time"),
        ("at", "0001-01-01T00:00+14:00", "no such day"),
        ("bool", "perhaps", "yes or no"),
        ("select", "Bakery", "not one of the choices"),
        ("url", "javascript:alert(1)", "https://"),
        ("url", "data:text/html,x", "https://"),
        ("url", "http://[::1", "https://"),
        ("url", "https://a b.example", "no blanks"),
        ("text", "x" * 301, "At most 300"),
        ("user", "Eva", "one of those offered"),
        ("user", "٣", "one of those offered"),
    ],
)
def test_c7_what_a_kind_cannot_hold_is_refused_in_words(kind, text, words):
    with pytest.raises(ValueError, match=words):
        read(FIELDS[kind], text, ENGLISH)


@pytest.mark.parametrize(
    ("kind", "plain"),
    [
        ("text", 5),
        ("text", "\ud800"),
        ("number", True),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("money", 12),
        ("money", ["12", "EUR"]),
        ("on", "2026-13-01"),
        ("at", "2026-11-24T13:30"),
        ("bool", "yes"),
        ("select", "99"),
        ("user", -1),
        ("reference", "7"),
    ],
)
def test_c7_a_plain_value_of_another_kind_is_refused(kind, plain):
    with pytest.raises(ValueError, match=r"\w"):
        checked(FIELDS[kind], plain)


def test_a_mark_that_may_mean_either_follows_the_language():
    assert [str(number("1.500", locale)) for locale in ("de", "en", "fr", "xx")] == [
        "1500",
        "1.500",
        "1.500",
        "1.500",
    ]
