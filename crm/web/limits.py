"""Limits on what nobody has signed in for: counted in the queue server, else in the process."""

import ipaddress

from flask import Flask, current_app, request
from limits import parse
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter
from werkzeug.exceptions import TooManyRequests

from crm.core import clock

ALONE_SECONDS = 5


class QueueServer(RedisStorage):
    """Counts kept in the queue server, without loading a second client for its namesake."""

    DEPENDENCIES = {"redis": RedisStorage.DEPENDENCIES["redis"]}


def init_app(app: Flask) -> None:
    """Count in the queue server; while it is away each process counts for itself."""
    url = str(app.extensions["tend.config"].redis_url)
    store = QueueServer(url, socket_connect_timeout=0.25, socket_timeout=0.5)
    app.extensions["tend.limits"] = MovingWindowRateLimiter(store)


def client() -> str:
    """The sender's network: the address, for IPv6 its /64."""
    address = request.remote_addr or "0.0.0.0"  # noqa: S104 - a name, not a listening address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def count(limit: str, bucket: str, key: str | None = None, always: bool = False) -> None:
    """Count one act in `bucket` for `key` (the client's network by default).

    `limit` reads like "20 per 10 minutes". Raises TooManyRequests (429 with Retry-After).
    PUBLIC_LIMITS=off turns it off except where `always` is set (sign-in).
    """
    config = current_app.extensions["tend.config"]
    if not always and not config["PUBLIC_LIMITS"]:
        return
    rule = parse(limit)
    names = (bucket, key if key is not None else client())
    if _ask("hit", rule, names):
        return
    raise TooManyRequests(retry_after=rule.get_expiry())


def took(limit: str, bucket: str, key: str | None = None) -> bool:
    """Count one act and say whether there was room for it; never turned off."""
    return bool(_ask("hit", parse(limit), (bucket, key if key is not None else client())))


def has_room(limit: str, bucket: str, key: str | None = None) -> bool:
    """Whether one more act would be within the limit; counts nothing."""
    return bool(_ask("test", parse(limit), (bucket, key if key is not None else client())))


def forget(limit: str, bucket: str, key: str | None = None) -> None:
    """Start counting from nothing again."""
    _ask("clear", parse(limit), (bucket, key if key is not None else client()))


def _ask(verb: str, rule, names: tuple[str, str]):
    kept = current_app.extensions
    if clock.monotonic() >= kept.get("tend.limits_alone_until", 0):
        try:
            return getattr(kept["tend.limits"], verb)(rule, *names)
        except Exception:
            # Not asked again for a while: a page must not wait for each count of a frozen server.
            kept["tend.limits_alone_until"] = clock.monotonic() + ALONE_SECONDS
    return getattr(_fallback(), verb)(rule, *names)


def _fallback() -> MovingWindowRateLimiter:
    """Made when it is needed: it starts a thread, and none may run when a process forks."""
    kept = current_app.extensions
    if "tend.limits_alone" not in kept:
        kept["tend.limits_alone"] = MovingWindowRateLimiter(MemoryStorage())
    found: MovingWindowRateLimiter = kept["tend.limits_alone"]
    return found
