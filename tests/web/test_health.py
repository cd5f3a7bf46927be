"""What monitoring is told."""

from crm.core import clock
from crm.core.db import db
from crm.core.ticking import beat


def test_health_names_what_is_away_and_stays_200_while_pages_work(browse):
    page = browse.get("/healthz")
    assert page.status == 200
    state = page.response.get_json()
    assert state["database"] == "ok"
    assert state["queue"] == "away"
    assert state["status"] == "degraded"
    assert set(state) >= {"status", "database", "queue", "outbox_oldest_seconds", "clock_last_run"}


def test_health_knows_when_the_clock_ran_last(browse):
    beat("clock")
    state = browse.get("/healthz").response.get_json()
    assert state["clock_last_run"].startswith(clock.now().isoformat()[:15])


def test_health_is_503_without_a_database(browse):
    with db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE heartbeat RENAME TO lost")
    page = browse.get("/healthz")
    assert page.status == 503
    assert page.response.get_json()["status"] == "down"


def test_metrics_are_for_this_machine_only(browse):
    text = browse.client.get("/metrics").get_data(as_text=True)
    assert "tend_up 1.0" in text.splitlines()
    assert "tend_outbox_oldest_seconds 0.0" in text.splitlines()
    far = browse.client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert far.status_code == 404
    proxied = browse.client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
    assert proxied.status_code == 404


def test_metrics_ask_for_their_token_once_there_is_one(app, browse):
    settings = app.extensions["tend.config"]
    app.extensions["tend.config"] = type(settings)({**settings.values, "METRICS_TOKEN": "t" * 20})
    assert browse.client.get("/metrics").status_code == 404
    right = browse.client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 20})
    assert right.status_code == 200


def test_robots_may_read_quizzes_and_nothing_else(browse):
    lines = browse.client.get("/robots.txt").get_data(as_text=True).splitlines()
    shared, attempts = "Allow: /q/*/s/", "Disallow: /q/*/"
    assert lines == ["User-agent: *", shared, attempts, "Allow: /q/", "Disallow: /"]


def test_reports_of_the_content_policy_are_taken_and_cut(browse, caplog):
    answer = browse.client.post("/csp-report", data=b"{\n" + b"x" * 5000)
    assert answer.status_code == 204
    assert "content security policy" in caplog.text
    assert len(caplog.records[-1].getMessage()) < 2100


def test_every_answer_carries_its_number(browse):
    own = browse.client.get("/robots.txt").headers["X-Request-Id"]
    assert len(own) == 16
    asked = browse.client.get("/robots.txt", headers={"X-Request-Id": "proxy-12345"})
    assert asked.headers["X-Request-Id"] == "proxy-12345"
    junk = browse.client.get("/robots.txt", headers={"X-Request-Id": "a b<c>"})
    assert junk.headers["X-Request-Id"] != "a b<c>"
