"""Canonical addresses, names and numbers: every value worked out by hand from spec leads 3.2."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.contacts import rules


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("  Ada.Lorenz@Nordhafen.example ", "ada.lorenz@nordhafen.example"),
        ("info@M\u00fcnchen.de", "info@xn--mnchen-3ya.de"),
        ("o\ufb03ce@firma.de", "office@firma.de"),  # the ligature ffi
        ("\uff41\uff44\uff41@firma.de", "ada@firma.de"),  # full-width letters
        ("ada+crm@gmail.com", "ada+crm@gmail.com"),
    ],
)
def test_an_address_has_one_canonical_form(typed, canonical):
    assert rules.canonical_email(typed) == canonical


@pytest.mark.parametrize(
    "typed",
    ["", " ", "ada", "ada@", "@firma.de", "a b@firma.de", "a\x00b@firma.de", "a@b", "x" * 400],
)
def test_what_is_no_address_is_refused_in_words(typed):
    with pytest.raises(ValueError, match="address"):
        rules.canonical_email(typed)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.from_regex(r"[a-z0-9._+-]{1,12}", fullmatch=True),
    st.sampled_from(["firma.de", "a.b.example", "x" * 63 + ".de", "b.test", "localhost"])
    | st.from_regex(r"[a-z0-9.-]{1,14}(\.de)?", fullmatch=True),
)
def test_usual_addresses_are_those_that_the_library_takes(app, local, domain):
    typed = f"{local}@{domain}"
    try:
        whole = validate_email(typed, check_deliverability=False)
    except EmailNotValidError:
        with pytest.raises(ValueError, match="address"):
            rules.canonical_email(typed)
    else:
        assert rules.canonical_email(typed) == f"{whole.local_part}@{whole.ascii_domain}"


@pytest.mark.parametrize(("length", "is_taken"), [(254, True), (255, False)])
def test_an_address_has_254_characters_at_most(app, length, is_taken):
    typed = "a" * (length - len("@firma.de")) + "@firma.de"
    if is_taken:
        assert rules.canonical_email(typed) == typed
    else:
        with pytest.raises(ValueError, match="too long"):
            rules.canonical_email(typed)


@pytest.mark.parametrize(
    ("canonical", "key"),
    [
        ("a.d.a+quiz@gmail.com", "ada@gmail.com"),
        ("a.da@googlemail.com", "ada@gmail.com"),
        ("a.da+x@outlook.com", "a.da@outlook.com"),
        ("ada+x@proton.me", "ada@proton.me"),
        ("ada+x@nordhafen.example", "ada+x@nordhafen.example"),
    ],
)
def test_plus_words_and_gmail_dots_lead_to_one_mailbox(canonical, key):
    assert rules.mailbox_key(canonical) == key


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Ada Lorenz", ("Ada", "Lorenz")),
        ("Ada van der Berg", ("Ada", "van der Berg")),
        ("Berg, Ada Maria", ("Ada Maria", "Berg")),
        ("Plato", ("Plato", "")),
        ("  Jos\u00e9   Mar\u00eda  Aznar ", ("Jos\u00e9 Mar\u00eda", "Aznar")),
        ("", ("", "")),
    ],
)
def test_a_name_falls_into_first_and_last(name, parts):
    assert rules.split_name(name) == parts


@pytest.mark.parametrize(
    ("raw", "country", "e164"),
    [
        ("0171/1234567", "DE", "+491711234567"),
        ("+39 06 6988 3145", "DE", "+390669883145"),  # the Italian zero survives
        ("(030) 23 12 50 40", "DE", "+493023125040"),
        ("12", "DE", None),
        ("call me", "DE", None),
    ],
)
def test_a_number_is_read_as_dialled_at_home(raw, country, e164):
    assert rules.parse_phone(raw, country) == e164


def test_folding_drops_case_marks_and_blanks():
    assert rules.fold("  In\u00e9s   CARVALHO ") == "ines carvalho"
    assert rules.fold("Vogel & S\u00f6hne") == "vogel & sohne"
    assert rules.fold("\u0141ukasz Stra\u00dfe") == "lukasz strasse"
