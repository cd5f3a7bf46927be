"""A real SMTP server (aiosmtpd) with manners to order."""

import asyncio
import email
import threading
from email import policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

TAKEN = "250 2.0.0 taken as 4711"


class Rude(SMTP):
    """Drops, hangs or refuses at the phase the test names: greet, mail, rcpt, data, dot."""

    async def _manner(self, phase):
        manner = self.event_handler.manners.get(phase)
        if manner is None:
            return False
        if isinstance(manner, list):
            if not manner:
                return False
            manner = manner.pop(0)
        if manner == "drop":
            self.transport.abort()
            return True
        if manner == "hang":
            await asyncio.sleep(3600)
        if isinstance(manner, Gate):
            await manner.passed(self.envelope.rcpt_tos)
        if manner == "ok" or isinstance(manner, Gate):
            return False
        await self.push(manner)
        return True

    async def smtp_EHLO(self, hostname):
        if not await self._manner("greet"):
            await super().smtp_EHLO(hostname)

    async def smtp_MAIL(self, arg):
        if not await self._manner("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg):
        if not await self._manner("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg):
        if not await self._manner("data"):
            await super().smtp_DATA(arg)


class Gate:
    """A manner: a mail `to` somebody stands still at its phase until the test lets it go on.

    At "dot" the server has taken the mail by then and only keeps its answer back.
    """

    def __init__(self, to):
        self.to = to
        self.reached, self.is_open = threading.Event(), threading.Event()

    async def passed(self, recipients):
        if self.to not in recipients:
            return
        self.reached.set()
        while not self.is_open.is_set():
            await asyncio.sleep(0.02)


class Handler:
    def __init__(self):
        self.mails, self.manners, self.peers = [], {}, set()

    async def handle_DATA(self, server, session, envelope):
        self.peers.add(session.peer)
        manner = self.manners.get("dot")
        if isinstance(manner, list):
            manner = manner.pop(0) if manner else None
        is_held = isinstance(manner, Gate)
        if manner in (None, "ok", "slow", "drop_after", "hang_after") or is_held:
            self.mails.append(email.message_from_bytes(envelope.content, policy=policy.default))
        if manner in ("drop", "drop_after"):
            server.transport.abort()
            return "451 gone"
        if manner in ("hang", "hang_after"):
            await asyncio.sleep(3600)
        if is_held:
            await manner.passed(envelope.rcpt_tos)
            return TAKEN
        if manner == "slow":  # it has the mail, and takes its time to say so
            await asyncio.sleep(0.05)
        if manner not in (None, "ok", "slow", "drop_after"):
            return manner
        return TAKEN


class MailServer:
    """`server.mails` holds what was accepted; `server.manners["rcpt"] = "550 5.1.1 unknown"`."""

    def __init__(self, port=0):
        self.handler = Handler()
        self.controller = _Controller(self.handler, hostname="127.0.0.1", port=port)
        self.controller.start()
        self.port = self.controller.port
        self.url = f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self):
        return self.handler.mails

    @property
    def manners(self):
        return self.handler.manners

    @property
    def connections(self):
        return len(self.handler.peers)

    def stop(self):
        self.controller.stop()


class _Controller(Controller):
    def factory(self):
        return Rude(self.handler, hostname="mx.example")

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
