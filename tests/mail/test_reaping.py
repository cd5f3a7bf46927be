"""How long a mail waits: without a server for one, and once there is one."""

from datetime import timedelta

from crm.core import clock
from crm.core.db import run
from crm.mail import delivery
from crm.mail.actions import reaping


def wait(the_clock, hours):
    for _ in range(hours * 2):
        the_clock.forward(minutes=30)
        run(reaping.reap)


def test_without_a_server_a_mail_waits_for_days_and_leaves_once_there_is_one(
    request, post, row, the_clock
):
    post()
    wait(the_clock, 60)
    assert row().state == "queued"
    assert row().expires_at >= clock.now() + timedelta(hours=0.5)
    smtp = request.getfixturevalue("smtp")
    run(reaping.reap)
    assert delivery.drain("urgent") == 1
    assert len(smtp.mails) == 1


def test_without_a_server_a_sign_in_link_still_runs_out(post, row, the_clock):
    post(lane="security")
    wait(the_clock, 2)
    assert row().state == "expired"


def test_with_a_server_an_urgent_mail_is_too_late_after_twelve_hours(smtp, post, row, the_clock):
    post()
    the_clock.forward(hours=11, minutes=59)
    run(reaping.reap)
    assert row().state == "queued"
    the_clock.forward(minutes=1)
    run(reaping.reap)
    assert row().state == "expired"
