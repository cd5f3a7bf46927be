"""What is signed with a kept signer is what itsdangerous signs, and the other way round."""

import hashlib

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, SignatureExpired, URLSafeSerializer

from crm.core.signers import Hmac, KeptSerializer
from crm.web.session import FormCookie

SAID = {"_flashes": [("toast", "Contact added.")], "csrf_token": "ab", "who": 4}


def _app(key, *older):
    app = Flask("signed")
    app.secret_key, app.config["SECRET_KEY_FALLBACKS"] = key, list(older)
    return app


def _usual(app):
    return SecureCookieSessionInterface().get_signing_serializer(app)


def test_the_cookie_is_the_one_that_flask_signs():
    app = _app("new", "old", "older")
    ours, usual = FormCookie().get_signing_serializer(app), _usual(app)
    assert ours.loads(usual.dumps(SAID)) == SAID
    assert usual.loads(ours.dumps(SAID)) == SAID
    assert ours.make_signer().get_signature(b"x") == usual.make_signer().get_signature(b"x")


def test_cookies_under_older_keys_are_read_and_foreign_ones_are_not():
    ours = FormCookie().get_signing_serializer(_app("new", "old", "older"))
    for key in ("old", "older"):
        assert ours.loads(_usual(_app(key)).dumps(SAID)) == SAID
    for foreign in (_usual(_app("other")).dumps(SAID), "x" + ours.dumps(SAID), ""):
        with pytest.raises(BadSignature):
            ours.loads(foreign)
    with pytest.raises(BadSignature):
        _usual(_app("old")).loads(ours.dumps(SAID))
    with pytest.raises(SignatureExpired):
        ours.loads(ours.dumps(SAID), max_age=-1)


def test_short_texts_are_signed_as_they_are_and_long_ones_compressed():
    how = {"digest_method": hashlib.sha256, "algorithm": Hmac("sha256")}
    ours = KeptSerializer(["k1", "k2"], salt="tend.go.s", signer_kwargs=how)
    usual = URLSafeSerializer(
        ["k1", "k2"], salt="tend.go.s", signer_kwargs={"digest_method": hashlib.sha256}
    )
    assert ours.dumps(["deal", 7]) == usual.dumps(["deal", 7])
    assert ours.dumps("a" * 2000) == usual.dumps("a" * 2000)
    assert len(ours.dumps("a" * 2000)) < 200
    assert usual.loads(ours.dumps("a" * 300)) == "a" * 300
    assert ours.loads(usual.dumps("a" * 300)) == "a" * 300
    other = ours.dumps("x", salt="another")
    assert usual.loads(other, salt="another") == "x"
    with pytest.raises(BadSignature):
        ours.loads(other)
