"""The proof in each public form: which attempt, which step, when the page was made."""

import secrets
from dataclasses import dataclass

from flask import abort, request

from crm.core import clock, signing

DAY = 86400


@dataclass(frozen=True)
class Stamp:
    """What a step's form says of itself; `age` in seconds, never below 0."""

    attempt_id: int
    step: str
    age: int

    @property
    def is_stale(self) -> bool:
        return self.age > DAY


def stamp(attempt_id: int, step: str) -> str:
    """The signed (attempt, step, issued_at) of a page made now."""
    return signing.sign("form", [attempt_id, step, int(clock.now().timestamp())])


def read(attempt_id: int) -> Stamp:
    """The stamp posted with this attempt's form; 400 for anything else."""
    values = request.form.getlist("step")
    payload = _unsigned("form", values[0] if len(values) == 1 else "")
    kinds = [type(one) for one in payload] if isinstance(payload, list) else []
    if kinds != [int, str, int] or payload[0] != attempt_id:
        abort(400)
    age = int(clock.now().timestamp()) - payload[2]
    return Stamp(payload[0], payload[1], max(age, 0))


@dataclass(frozen=True)
class Start:
    """What a start form says: its nonce, the visit, and whom the link to the quiz named."""

    nonce: str
    touch_id: int | None
    is_stale: bool
    known: list[int] | None


def start_form(slug: str, touch_id: int | None, known: list[int] | None) -> str:
    """The signed start form: its nonce makes one attempt of it however often it is sent."""
    issued = int(clock.now().timestamp())
    return signing.sign("touch", [slug, secrets.token_hex(16), touch_id, issued, known])


def read_start(slug: str) -> Start:
    """The posted start form; 400 for a forged one."""
    values = request.form.getlist("touch")
    payload = _unsigned("touch", values[0] if len(values) == 1 else "")
    if not isinstance(payload, list) or len(payload) != 5 or payload[0] != slug:
        abort(400)
    age = int(clock.now().timestamp()) - int(payload[3])
    return Start(str(payload[1]), payload[2], age > DAY, payload[4])


def _unsigned(purpose: str, token: str):
    try:
        return signing.unsign(purpose, token) if token and len(token) < 600 else None
    except signing.BadToken:
        return None
