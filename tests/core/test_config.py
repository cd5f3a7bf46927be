"""O2: what a start refuses, and in which words."""

import sys

import pytest

from crm.core.config import ConfigError, load, refuse_moved_clock

GOOD = {"SECRET_KEY": "s" * 32}


def refused(tmp_path, **env):
    with pytest.raises(ConfigError) as error:
        load({"DATA_DIR": str(tmp_path), **GOOD, **env})
    return str(error.value)


def test_a_key_is_made_at_the_first_start_and_kept(tmp_path):
    first = load({"DATA_DIR": str(tmp_path)})["SECRET_KEY"]
    assert len(first) == 64
    assert load({"DATA_DIR": str(tmp_path)})["SECRET_KEY"] == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_short_key_is_refused(tmp_path):
    assert "SECRET_KEY" in refused(tmp_path, SECRET_KEY="s" * 31)


def test_a_short_fallback_is_refused(tmp_path):
    assert "fallbacks" in refused(tmp_path, SECRET_KEY_FALLBACKS="short")


def test_postgresql_needs_a_shared_key(tmp_path):
    with pytest.raises(ConfigError, match="SECRET_KEY is needed with PostgreSQL"):
        load({"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://u@localhost/t"})


def test_postgresql_without_its_driver_is_refused_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)  # as where it is not installed
    assert "'.[postgres]'" in refused(tmp_path, DATABASE_URL="postgresql://u@localhost/t")


def test_http_outside_private_networks_is_refused(tmp_path):
    assert "ALLOW_HTTP" in refused(tmp_path, BASE_URL="http://crm.example.com")
    for url in ("http://10.1.2.3", "http://localhost:1", "http://crm", "http://crm.lan"):
        load({"DATA_DIR": str(tmp_path), **GOOD, "BASE_URL": url})
    load(
        {"DATA_DIR": str(tmp_path), **GOOD, "BASE_URL": "http://crm.example.com", "ALLOW_HTTP": "1"}
    )


def test_a_readable_database_file_is_refused(tmp_path):
    (tmp_path / "tend.sqlite3").touch(mode=0o644)
    (tmp_path / "tend.sqlite3").chmod(0o644)
    assert "chmod 600" in refused(tmp_path)


def test_a_moved_clock_is_for_loopback_only(tmp_path):
    assert "CLOCK_FILE" in refused(tmp_path, CLOCK_FILE="/x", BASE_URL="https://crm.example.com")


def test_every_setting_may_lie_in_a_file(tmp_path):
    (tmp_path / "key").write_text("f" * 40 + "\n")
    config = load({"DATA_DIR": str(tmp_path), "SECRET_KEY_FILE": str(tmp_path / "key")})
    assert config["SECRET_KEY"] == "f" * 40


def test_a_value_of_the_wrong_kind_names_the_setting(tmp_path):
    assert "WEB_WORKERS" in refused(tmp_path, WEB_WORKERS="two")
    assert "PUBLIC_LIMITS" in refused(tmp_path, PUBLIC_LIMITS="perhaps")


def test_hosts_are_those_of_base_url_and_trusted_hosts(tmp_path):
    config = load(
        {
            "DATA_DIR": str(tmp_path),
            **GOOD,
            "BASE_URL": "https://a.example",
            "TRUSTED_HOSTS": "b.example, c.example",
        }
    )
    assert config.hosts == {"a.example", "b.example", "c.example"}


def test_debug_mode_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="FLASK_DEBUG"):
        load({"DATA_DIR": str(tmp_path), "FLASK_DEBUG": "1"})


@pytest.mark.parametrize("url", ["redis://8.8.8.8:6379", "redis://queue.example.com/0"])
def test_an_open_queue_server_on_a_public_address_is_refused(tmp_path, url):
    with pytest.raises(ConfigError, match="REDIS_URL"):
        load({"DATA_DIR": str(tmp_path), "REDIS_URL": url})


@pytest.mark.parametrize(
    "url", ["redis://127.0.0.1:6379", "redis://:secret@8.8.8.8/0", "unix:///run/v.sock"]
)
def test_a_queue_server_nearby_or_with_a_password_is_used(tmp_path, url):
    assert load({"DATA_DIR": str(tmp_path), "REDIS_URL": url}).redis_url == url


def test_a_known_key_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        load({"DATA_DIR": str(tmp_path), "SECRET_KEY": "changeme"})


def test_a_long_data_directory_gets_a_short_socket(tmp_path):
    long = tmp_path / ("x" * 120)
    path = load({"DATA_DIR": str(long)}).valkey_socket
    assert len(str(path)) <= 107
    assert path == load({"DATA_DIR": str(long)}).valkey_socket


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.168.1.4", "crm.example.com"])
def test_a_moved_clock_is_refused_where_others_come_in(host):
    with pytest.raises(ConfigError, match="CLOCK_FILE"):
        refuse_moved_clock(host, {"CLOCK_FILE": "/clock"})
    refuse_moved_clock(host, {})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_moved_clock_is_served_to_this_machine(host):
    refuse_moved_clock(host, {"CLOCK_FILE": "/clock"})
