"""One drain: claims mails of a lane until none is due, over one SMTP connection."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, current_app

from crm.core import clock
from crm.core.db import db, run
from crm.mail import journal, queries
from crm.mail.actions import delivery
from crm.mail.actions.delivery import Claim, End, objection
from crm.mail.message import Unsendable, Written, write
from crm.mail.rules import LANES, Later
from crm.mail.transport import Connection, Dropped, Reply, Server

log = logging.getLogger("tend.mail")

MOST_ROWS = 100
MOST_SECONDS = 60.0
# A server that thinks longer than this about one text does not hold up the others.
SLOW_AFTER = 15.0
MOST_WAITING = 4
# While it waits a drain looks for due mail this often, and so long that the first slow answer is
# in and the last one still comes before the job's time is up (core/queue.py).
LOOK_SECONDS = 5.0
SERVES_SECONDS = 660.0


def drain(lane: str) -> int:
    """Send what is due in `lane`, at most 100 mails or 60 s; how many the server took."""
    url = queries.smtp_url()
    db.session.rollback()
    if not url:
        return 0
    work = Drain(Connection(Server.of(url), _own_name()), url)
    try:
        work.go(lane)
    finally:
        work.connection.quit()
        work.wait()
    return work.sent


def _own_name() -> str:
    base = str(current_app.extensions["tend.config"]["BASE_URL"])
    return urlsplit(base).hostname or "localhost"


class Drain:
    """The loop and what it needs to know between two mails."""

    def __init__(self, connection: Connection, url: str = "") -> None:
        self.connection = connection
        self.url = url
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self.sent = 0
        self.waiting: list[threading.Thread] = []
        self.is_over = False

    def go(self, lane: str) -> None:
        """Send what is due in a lane until none is, the time is up, or the server in trouble.

        Settings may name another server at any time: from the next mail on it is that one's.
        """
        end = clock.monotonic() + MOST_SECONDS
        for _ in range(MOST_ROWS):
            if self.is_over or clock.monotonic() > end or not self._follow():
                return
            claim = run(lambda: delivery.claim(lane, self.owner))
            if claim is None:
                return
            self.deliver(claim)

    def _follow(self) -> bool:
        """Turn to the server that is entered now; False when none is any more."""
        url = queries.smtp_url()
        db.session.rollback()
        if url and url != self.url:
            self.connection.quit()
            self.url, self.connection = url, Connection(Server.of(url), _own_name())
        return bool(url)

    def wait(self) -> None:
        """Stay until the slow answers are in: who leaves early makes them uncertain.

        Meanwhile send what falls due in any lane: a worker that only waits is one too few, and
        two that wait for one hanging server would be all there are.
        """
        end = clock.monotonic() + SERVES_SECONDS
        while self.waiting:
            self.waiting[0].join(LOOK_SECONDS)
            self.waiting = [thread for thread in self.waiting if thread.is_alive()]
            self.is_over = len(self.waiting) >= MOST_WAITING
            if self.waiting and clock.monotonic() < end:
                self._serve()

    def _serve(self) -> None:
        for lane in sorted(queries.due_lanes(), key=LANES.index):
            self.go(lane)
        db.session.rollback()
        self.connection.quit()

    def deliver(self, claim: Claim) -> None:
        """One mail, from its claim to what the server said."""
        written = self._write(claim)
        if written is None or not self._open(claim):
            return
        try:
            self.connection.envelope(written.sender, written.recipient)
        except Reply as reply:
            self._keep(delivery.refused, claim, reply.code, reply.text)
            return
        except Dropped as error:
            self._keep(delivery.not_reached, claim, str(error))
            return
        at = run(lambda: delivery.hand_over(claim, written))
        if at is None:
            self.connection.close()
            return
        self._send(claim, written, at)

    def _write(self, claim: Claim) -> Written | None:
        """The text, or None after noting why there is none. Read only: no lock is held."""
        db.session.rollback()
        row = delivery.held_row(claim, "claimed", lock=False)
        if row is None:
            return None
        try:
            no = objection(row)
            letter = None if no else _letter(row)
            if letter is not None:
                return write(row, letter, clock.now())
        except Unsendable as error:
            self._keep(delivery.unwritable, claim, str(error), True)
            return None
        except Exception as error:
            # One mail that cannot be made must not stop the others: its row says why.
            log.exception("mail %s cannot be written", claim.id)
            self._keep(delivery.unwritable, claim, f"{type(error).__name__}: {error}", False)
            return None
        finally:
            db.session.rollback()
        self._keep(_put_off, claim, no or End("cancelled", "nothing to say"))
        return None

    def _open(self, claim: Claim) -> bool:
        try:
            self.connection.open()
        except (Reply, Dropped) as error:
            # The server itself is in trouble: the next drain tries, this one stops.
            self.is_over = True
            self._keep(delivery.not_reached, claim, str(error))
            return False
        return True

    def _send(self, claim: Claim, written: Written, at) -> None:
        journal.note(claim.message_id, at)
        try:
            self.connection.send_text(written.body)
        except Dropped as error:
            self._keep(delivery.lost_answer, claim, str(error))
            return
        if self.connection.has_answer(SLOW_AFTER):
            self.sent += _take_answer(self.connection, claim)
            return
        self._leave_waiting(claim)

    def _leave_waiting(self, claim: Claim) -> None:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        slow = self.connection.hand_off()
        thread = threading.Thread(target=_wait_for_answer, args=(app, slow, claim))
        thread.start()
        self.waiting.append(thread)
        self.is_over = len(self.waiting) >= MOST_WAITING

    def _keep(self, act: Callable[..., Any], *args: Any) -> None:
        run(lambda: act(*args))


def _letter(row):
    return current_app.extensions["tend.mails"][row.kind].compose(row)


def _put_off(claim: Claim, no: End | Later) -> None:
    row = delivery.held_row(claim, "claimed")
    if row:
        delivery.put_off(row, no)


def _wait_for_answer(app: Flask, connection: Connection, claim: Claim) -> None:
    with app.app_context():
        _take_answer(connection, claim)
        connection.quit()
        db.session.remove()


def _take_answer(connection: Connection, claim: Claim) -> bool:
    """Write down the server's answer to the final dot; whether it took the mail."""
    try:
        code, text = connection.answer()
    except Reply as reply:
        refusal = (reply.code, reply.text)
        run(lambda: delivery.refused(claim, *refusal))
        if reply.code == 421:
            connection.close()
        return False
    except Dropped as error:
        words = str(error)
        run(lambda: delivery.lost_answer(claim, words))
        return False
    run(lambda: delivery.accepted(claim, code, text))
    return True
