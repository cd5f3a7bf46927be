"""P5: a token opens one kind of door only, and changing the key breaks no link."""

import itertools

import pytest

from crm import create_app
from crm.core import signing
from tests.conftest import settings

PURPOSES = sorted(signing.PURPOSES)
OLD, NEW = "o" * 48, "n" * 48


@pytest.fixture
def under(tmp_path):
    """An app context under these keys: under(NEW, OLD)."""

    def make(key, *fallbacks):
        (tmp_path / "clock").write_text("2026-11-24T13:00:00+01:00")
        return create_app(
            settings(tmp_path, tmp_path / "clock", SECRET_KEY=key, SECRET_KEY_FALLBACKS=fallbacks)
        ).app_context()

    return make


@pytest.mark.parametrize("is_timed", [False, True])
def test_p5_every_purpose_refuses_the_tokens_of_every_other(app, is_timed):
    age = 60 if is_timed else None
    for made, asked in itertools.product(PURPOSES, PURPOSES):
        token = signing.sign(made, [1, "x"], timed=is_timed)
        if made == asked:
            assert signing.unsign(asked, token, age) == [1, "x"]
            continue
        with pytest.raises(signing.BadToken):
            signing.unsign(asked, token, age)


def test_p5_a_timed_token_is_no_untimed_one(app):
    for purpose in PURPOSES:
        with pytest.raises(signing.BadToken):
            signing.unsign(purpose, signing.sign(purpose, 1, timed=True))
        with pytest.raises(signing.BadToken):
            signing.unsign(purpose, signing.sign(purpose, 1), 60)


def test_p5_links_outlive_a_change_of_the_key(under):
    with under(OLD):
        links = {purpose: signing.sign(purpose, purpose) for purpose in PURPOSES}
        sealed = signing.seal("smtp://secret")
    with under(NEW, OLD):
        for purpose, token in links.items():
            assert signing.unsign(purpose, token) == purpose
        assert signing.unseal(sealed) == "smtp://secret"
        fresh = signing.sign("go", 1)
    with under(NEW):
        assert signing.unsign("go", fresh) == 1, "new ones are signed with the new key"
        with pytest.raises(signing.BadToken):
            signing.unsign("go", links["go"])
        with pytest.raises(signing.BadToken):
            signing.unseal(sealed)


def test_p5_an_unknown_purpose_is_a_mistake_of_ours(app):
    with pytest.raises(ValueError, match="unknown purpose"):
        signing.sign("anything", 1)


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_p5_cut_and_changed_tokens_are_refused(app, cut):
    token = signing.sign("result", [7])
    for broken in (token[:-cut], token[cut:], token[:-1] + ("A" if token[-1] != "A" else "B"), ""):
        with pytest.raises(signing.BadToken):
            signing.unsign("result", broken)
