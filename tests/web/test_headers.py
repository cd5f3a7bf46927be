"""B2, B3, I1: headers of every answer, and what is refused before a page runs."""

import gzip


def test_b3_every_answer_has_its_headers_even_a_missing_page(browse):
    for url in ("/login", "/no-such-page"):
        headers = browse.get(url).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Server"] == "Tend"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
        assert "script-src 'self'" in headers["Content-Security-Policy"]


def test_b3_signed_in_pages_are_not_stored(browse):
    assert browse.signed_in("Eva").get("/settings/profile").headers["Cache-Control"] == "no-store"


def test_b3_a_page_with_a_form_token_is_not_stored(browse):
    for url in ("/login", "/login/reset", "/login/mail"):
        assert browse.get(url).headers["Cache-Control"] == "no-store", url


def test_i1_nul_and_half_characters_are_refused(browse):
    assert browse.get("/login?next=%00").status == 400
    assert browse.get("/login?next=%ED%A0%80").status < 500
    assert browse.post("/login", data={"email": "a\0b", "password": "x"}).status == 400


def test_i1_a_body_over_one_mebibyte_is_refused(browse):
    page = browse.post("/login", data={"email": "a" * (1024 * 1024 + 1)})
    assert page.status == 413
    assert page.has("too large")


def test_a_host_that_is_not_ours_gets_400(app):
    answer = app.test_client().get("/login", headers={"Host": "evil.example"})
    assert answer.status_code == 400


def test_behind_a_proxy_health_is_answered_at_the_port_and_pages_are_not(app):
    app.extensions["tend.hosts"] = ["crm.example.com"]
    client, at_the_port = app.test_client(), {"Host": "127.0.0.1:8000"}
    assert client.get("/healthz", headers=at_the_port).status_code == 200
    assert client.get("/metrics", headers=at_the_port).status_code == 200
    assert client.get("/login", headers=at_the_port).status_code == 400
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_pages_are_compressed(app):
    answer = app.test_client().get("/login", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"<h1" in gzip.decompress(answer.data)
    assert "Accept-Encoding" in answer.headers["Vary"]
