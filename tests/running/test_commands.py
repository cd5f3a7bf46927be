"""The `tend` command as an operator meets it: help, exit status, words on standard error."""

import re
import urllib.request

import pytest

from tests.servers import Tend

COMMANDS = "up web worker migrate user demo backup restore doctor tick".split()


@pytest.fixture(scope="module")
def tend(tmp_path_factory):
    """A data directory with the demo in it, nothing running."""
    found = Tend(tmp_path_factory.mktemp("commands"))
    done = found.command("demo")
    assert done.returncode == 0, done.stderr
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(tend, name):
    done = tend.command(name, "--help")
    assert done.returncode == 0
    assert "Usage: tend" in done.stdout


def test_a_wrong_word_is_a_usage_error(tend):
    assert tend.command("frobnicate").returncode == 2
    assert tend.command("up", "--port", "many").returncode == 2


def test_a_refused_setting_ends_with_one_and_its_reason(tend):
    done = tend.command("doctor", SECRET_KEY="short")
    assert done.returncode == 1
    assert done.stderr.startswith("SECRET_KEY and its fallbacks need 32 random bytes")
    assert "Traceback" not in done.stderr


def test_somebody_is_invited_reset_and_disabled_by_command(tend):
    invited = tend.command("user", "add", "new@haselbach.example", "--role", "rep")
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/invite/[\w-]{43}\n", invited.stdout)
    twice = tend.command("user", "add", "eva@haselbach.example")
    assert twice.returncode == 1 and "has an account already" in twice.stderr
    reset = tend.command("user", "reset", "eva@haselbach.example")
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/login/reset/[\w-]{43}\n", reset.stdout)
    assert tend.command("user", "disable", "otto@haselbach.example").returncode == 0
    gone = tend.rows("SELECT deactivated_at FROM user WHERE email = 'otto@haselbach.example'")
    assert gone[0]["deactivated_at"]
    last = tend.command("user", "disable", "olga@haselbach.example")
    assert last.returncode == 1 and "last owner" in last.stderr
    assert tend.command("user", "reset", "nobody@haselbach.example").returncode == 1


def test_printed_links_open(tend):
    reset = tend.command("user", "reset", "eva@haselbach.example").stdout.strip()
    invited = tend.command("user", "add", "else@haselbach.example").stdout.strip()
    with tend:
        for link in (reset, invited):
            with urllib.request.urlopen(tend.url + link[len("http://127.0.0.1:8000") :]) as page:
                assert page.status == 200
        assert "nosniff" in page.headers["X-Content-Type-Options"]
        assert not re.search(r"\d", page.headers.get("Server", ""))


def test_doctor_says_what_is_wrong_and_ends_so(tend):
    done = tend.command("doctor", PUBLIC_LIMITS="off")
    assert done.returncode == 1
    assert "WRONG public limits are off" in done.stdout
    assert "ok    database is whole" in done.stdout


def test_tick_does_the_clocks_work_without_a_queue_server(tend):
    done = tend.command("tick")
    assert done.returncode == 0, done.stderr
    assert "crm.mail.jobs.reap" in done.stdout
    assert list((tend.data / "backups").glob("nightly-*"))


def test_migrate_finds_tables_and_models_agree(tend):
    done = tend.command("migrate", "--check")
    assert done.returncode == 0, done.stdout
