"""Every setting, read once from the environment and checked at start."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

MIN_SECRET_BYTES = 32
LONGEST_SOCKET_PATH = 107
KNOWN_SECRETS = {"changeme", "change-me", "secret", "dev", "development", "insecure", "test"}


class ConfigError(Exception):
    """A setting is missing or unusable; the text names the setting and the way out."""


def _text(value: str) -> str:
    return value.strip()


def _switch(value: str) -> bool:
    if value.lower() in {"1", "on", "true", "yes"}:
        return True
    if value.lower() in {"", "0", "off", "false", "no"}:
        return False
    raise ValueError("use on or off")


def _words(value: str) -> tuple[str, ...]:
    return tuple(part for part in value.replace(",", " ").split() if part)


@dataclass(frozen=True)
class Setting:
    """One setting: its name, how its text becomes a value, and its default on a laptop."""

    name: str
    read: Callable[[str], object]
    default: str = ""


SETTINGS = (
    Setting("DATA_DIR", Path, "instance"),
    Setting("DATABASE_URL", _text),
    Setting("REDIS_URL", _text),
    Setting("SECRET_KEY", _text),
    Setting("SECRET_KEY_FALLBACKS", _words),
    Setting("BASE_URL", _text, "http://127.0.0.1:8000"),
    Setting("SMTP_URL", _text),
    Setting("MAIL_FROM", _text),
    Setting("MAIL_REPLY_DOMAIN", _text),
    Setting("IMAP_URL", _text),
    Setting("WEB_WORKERS", int, "2"),
    Setting("WORKERS", int, "1"),
    Setting("LOG_FORMAT", _text, "text"),
    Setting("PROXY_HOPS", int, "0"),
    Setting("TRUSTED_HOSTS", _words),
    Setting("PUBLIC_LIMITS", _switch, "on"),
    Setting("ALLOW_HTTP", _switch, "off"),
    Setting("CLOCK_FILE", _text),
    Setting("METRICS_TOKEN", _text),
    Setting("BACKUP_KEEP", int, "7"),
)


@dataclass(frozen=True)
class Config:
    """The checked settings of one process; `values` holds them by name."""

    values: Mapping[str, object] = field(repr=False)

    def __getitem__(self, name: str):
        return self.values[name]

    @property
    def data_dir(self) -> Path:
        return Path(str(self.values["DATA_DIR"]))

    @property
    def is_sqlite(self) -> bool:
        return str(self.values["DATABASE_URL"]).startswith("sqlite")

    @property
    def valkey_socket(self) -> Path:
        """Unix socket of the embedded queue server; a short path where DATA_DIR is long."""
        path = self.data_dir / "valkey" / "valkey.sock"
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
            return path
        name = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return Path(tempfile.gettempdir(), f"tend-{os.getuid()}-{name}", "valkey.sock")

    @property
    def redis_url(self) -> str:
        """Address of the queue server, the embedded one unless REDIS_URL says otherwise."""
        return str(self.values["REDIS_URL"]) or f"unix://{self.valkey_socket}"

    @property
    def hosts(self) -> frozenset[str]:
        """Host names answered: those of BASE_URL and TRUSTED_HOSTS."""
        base = urlsplit(str(self.values["BASE_URL"])).hostname or ""
        named = {str(h) for h in self.values["TRUSTED_HOSTS"]}  # type: ignore[attr-defined]
        return frozenset({base} | named)


def load(environ: Mapping[str, str] | None = None, **overrides: object) -> Config:
    """Read and check all settings.

    `environ` defaults to the process environment; `NAME_FILE` names a file that holds the
    value. Raises ConfigError with the setting's name and what to do.
    """
    env = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for setting in SETTINGS:
        if setting.name in overrides:
            values[setting.name] = overrides[setting.name]
            continue
        values[setting.name] = _read(setting, env)
    values["DATA_DIR"] = Path(str(values["DATA_DIR"])).resolve()
    values["DATABASE_URL"] = _database_url(
        str(values["DATABASE_URL"]), Path(str(values["DATA_DIR"]))
    )
    values["SECRET_KEY"] = _secret_key(values)
    if _switch(env.get("FLASK_DEBUG", "")):
        raise ConfigError("FLASK_DEBUG shows the inside of the product to everybody. Unset it.")
    config = Config(values)
    _check(config)
    return config


def _read(setting: Setting, env: Mapping[str, str]) -> object:
    raw = env.get(setting.name)
    path = env.get(f"{setting.name}_FILE")
    # CLOCK_FILE is itself the name of a file, not a place where its value lies.
    if raw is None and path:
        try:
            raw = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigError(
                f"{setting.name}_FILE: cannot read {path} ({error.strerror})."
            ) from None
    try:
        return setting.read(setting.default if raw is None else raw)
    except ValueError as error:
        raise ConfigError(f"{setting.name}={raw!r} cannot be used: {error}.") from None


def _database_url(url: str, data_dir: Path) -> str:
    if not url:
        return f"sqlite:///{data_dir / 'tend.sqlite3'}"
    for old in ("postgres://", "postgresql://"):
        if url.startswith(old):
            url = "postgresql+psycopg://" + url[len(old) :]
    if url.startswith("postgresql+psycopg://") and find_spec("psycopg") is None:
        raise ConfigError(
            "DATABASE_URL: the driver of PostgreSQL is not installed. Install Tend with it: "
            "pip install -c constraints.txt '.[postgres]'"
        )
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise ConfigError("DATABASE_URL: use sqlite:///path or postgresql://user:password@host/name.")


def _secret_key(values: Mapping[str, object]) -> str:
    key = str(values["SECRET_KEY"])
    if key:
        return key
    if not str(values["DATABASE_URL"]).startswith("sqlite"):
        raise ConfigError(
            "SECRET_KEY is needed with PostgreSQL, since every process must share it. Make one "
            "with: python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return _generated_key(Path(str(values["DATA_DIR"])) / "secret_key")


def _generated_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text(encoding="ascii").strip()


def _check(config: Config) -> None:
    for key in (config["SECRET_KEY"], *config["SECRET_KEY_FALLBACKS"]):
        if len(str(key).encode()) < MIN_SECRET_BYTES or str(key).lower() in KNOWN_SECRETS:
            raise ConfigError(
                f"SECRET_KEY and its fallbacks need {MIN_SECRET_BYTES} random bytes or more."
            )
    base = urlsplit(str(config["BASE_URL"]))
    if base.scheme not in {"http", "https"} or not base.hostname:
        raise ConfigError("BASE_URL must be the address people open, e.g. https://crm.example.com.")
    if base.scheme == "http" and not config["ALLOW_HTTP"] and not _is_private(base.hostname):
        raise ConfigError(
            "BASE_URL is http outside this machine and private networks: passwords would travel "
            "in clear. Use https, or set ALLOW_HTTP=1 if you know why."
        )
    if str(config["LOG_FORMAT"]) not in {"text", "json"}:
        raise ConfigError("LOG_FORMAT: use text or json.")
    if config["CLOCK_FILE"] and not _is_loopback(base.hostname):
        raise ConfigError("CLOCK_FILE moves the clock for rehearsals and works on loopback only.")
    for name in ("WEB_WORKERS", "WORKERS"):
        if int(config[name]) < 1:
            raise ConfigError(f"{name} must be 1 or more.")
    _check_database_file(config)
    _check_queue_server(str(config["REDIS_URL"]))


def refuse_no_data(environ: Mapping[str, str] | None = None, or_named: bool = False) -> None:
    """Raise ConfigError when no database lies where the settings point; makes nothing there.

    With PostgreSQL the data directory has to be there, since attachments lie in it. `or_named`
    lets an empty place pass which DATA_DIR names.
    """
    env = os.environ if environ is None else environ
    given = {s.name: _read(s, env) for s in SETTINGS if s.name in {"DATA_DIR", "DATABASE_URL"}}
    folder = Path(str(given["DATA_DIR"])).resolve()
    url = _database_url(str(given["DATABASE_URL"]), folder)
    place = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else folder
    is_named = any(name in env for name in ("DATA_DIR", "DATA_DIR_FILE"))
    if not place.exists() and not (or_named and is_named):
        raise ConfigError(
            f"No data of Tend: {place} does not exist. Name the data directory with --data or "
            "DATA_DIR, the same as for the Tend you mean."
        )


def refuse_moved_clock(host: str, env: Mapping[str, str] | None = None) -> None:
    """Raise ConfigError when CLOCK_FILE is set and others than this machine could come in."""
    if (os.environ if env is None else env).get("CLOCK_FILE") and not _is_loopback(host):
        raise ConfigError(f"CLOCK_FILE works on loopback only: --host {host} lets others in.")


def _check_queue_server(url: str) -> None:
    """Whoever reaches the queue server could ring any bell: never open on a public address."""
    parts = urlsplit(url)
    if url and parts.scheme not in {"redis", "rediss", "unix"}:
        raise ConfigError("REDIS_URL: use redis://, rediss:// or unix://path.")
    if parts.scheme == "redis" and not parts.password and not _is_private(parts.hostname or ""):
        raise ConfigError(
            "REDIS_URL names a public address without a password. Use a Unix socket, a private "
            "network, or rediss:// with a password."
        )


def _check_database_file(config: Config) -> None:
    if not config.is_sqlite:
        return
    path = Path(str(config["DATABASE_URL"]).removeprefix("sqlite:///"))
    if path.exists() and path.stat().st_mode & 0o004:
        raise ConfigError(f"{path} can be read by every user of this machine: chmod 600 {path}")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return (
            host == "localhost" or "." not in host or host.endswith((".local", ".internal", ".lan"))
        )
    return address.is_private or address.is_loopback
