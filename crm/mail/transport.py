"""One SMTP connection, driven by hand, so that each failure is known by its phase."""

import re
import select
import smtplib
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

from crm.core import clock

BEFORE_TEXT = 15.0
AFTER_DOT = 600.0
SECURITIES = ("starttls", "tls", "none")
PORTS = {"starttls": 587, "tls": 465, "none": 25}
LINE_DOT = re.compile(rb"(?m)^\.")


class Dropped(Exception):
    """The connection did not come about, broke or stayed silent."""


class Reply(Exception):
    """A definite no of the server: `code` 4xx or 5xx with its `text`."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code, self.text = code, text


@dataclass(frozen=True)
class Server:
    """Where mail is handed over."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    security: str = "starttls"

    @classmethod
    def of(cls, url: str) -> "Server":
        """Read smtp://user:pass@host:port?starttls=1 or smtps://…; raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("use smtp://user:password@host:port or smtps://…")
        starttls = parse_qs(parts.query).get("starttls", ["0"])[0] in {"1", "on", "true", "yes"}
        security = "tls" if parts.scheme == "smtps" else "starttls" if starttls else "none"
        return cls(
            parts.hostname,
            parts.port or PORTS[security],
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            security,
        )

    @property
    def url(self) -> str:
        """The same as one URL, for sealing."""
        login = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        host = f"[{self.host}]" if ":" in self.host else self.host
        scheme = "smtps" if self.security == "tls" else "smtp"
        more = "?starttls=1" if self.security == "starttls" else ""
        return f"{scheme}://{login}{host}:{self.port}{more}"


class Connection:
    """A session with the server, opened when first needed and used for many mails."""

    def __init__(self, server: Server, own_name: str) -> None:
        self.server, self.own_name = server, own_name
        self._smtp: smtplib.SMTP | None = None

    @property
    def is_open(self) -> bool:
        return self._smtp is not None

    def open(self) -> None:
        """Connect, greet, encrypt and sign in within 15 s; raises Dropped or Reply."""
        if self.is_open:
            return
        end = clock.monotonic() + BEFORE_TEXT
        try:
            self._smtp = self._connect()
            self._expect(self._left(end).ehlo(), 250)
            if self.server.security == "starttls":
                self._expect(self._left(end).starttls(context=_trust()), 220)
                self._expect(self._left(end).ehlo(), 250)
            if self.server.user:
                self._left(end).login(self.server.user, self.server.password)
        except Reply:
            self.close()
            raise
        except (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError) as error:
            self.close()
            raise Reply(error.smtp_code, _text(error.smtp_error)) from None
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Dropped(_words(error)) from None

    def _connect(self) -> smtplib.SMTP:
        host, port = self.server.host, self.server.port
        if self.server.security == "tls":
            return smtplib.SMTP_SSL(
                host, port, self.own_name, timeout=BEFORE_TEXT, context=_trust()
            )
        return smtplib.SMTP(host, port, self.own_name, timeout=BEFORE_TEXT)

    def envelope(self, sender: str, recipient: str) -> None:
        """MAIL, RCPT and DATA up to the 354, all freely repeatable, within 15 s.

        Raises Reply (the connection may be used on) or Dropped.
        """
        end = clock.monotonic() + BEFORE_TEXT
        try:
            self._expect(self._left(end).mail(sender), 250)
            self._expect(self._left(end).rcpt(recipient), 250, 251)
            self._expect(self._left(end).docmd("DATA"), 354)
        except Reply as reply:
            self._after_refusal(reply)
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Dropped(_words(error)) from None

    def _after_refusal(self, reply: Reply) -> None:
        try:
            if reply.code == 421 or self._left(clock.monotonic() + 5).rset()[0] != 250:
                self.close()
        except (OSError, smtplib.SMTPException):
            self.close()

    def send_text(self, body: bytes) -> None:
        """The text and its final dot; from here on only an answer tells what became of it."""
        stuffed = LINE_DOT.sub(b"..", body)
        ending = b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"
        try:
            self._left(clock.monotonic() + AFTER_DOT).send(stuffed + ending)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Dropped(_words(error)) from None

    def has_answer(self, seconds: float) -> bool:
        """Whether the server says something within `seconds` (or hangs up)."""
        assert self._smtp is not None and self._smtp.sock is not None
        sock = self._smtp.sock
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        return bool(select.select([sock], [], [], seconds)[0])

    def answer(self) -> tuple[int, str]:
        """The reply to the final dot, waited for up to 600 s; raises Reply or Dropped."""
        try:
            code, raw = self._left(clock.monotonic() + AFTER_DOT).getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise Dropped(_words(error)) from None
        if code != 250:
            raise Reply(code, _text(raw)) if code >= 400 else Dropped(f"{code} {_text(raw)}")
        return code, _text(raw)

    def hand_off(self) -> "Connection":
        """This open session as an object of its own; this one opens anew when needed."""
        other = Connection(self.server, self.own_name)
        other._smtp, self._smtp = self._smtp, None
        return other

    def close(self) -> None:
        """Hang up without a word: also the only way out after a 354."""
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None

    def quit(self) -> None:
        """Say goodbye; whatever the server answers changes nothing any more."""
        if self._smtp is not None:
            try:
                self._left(clock.monotonic() + 5).quit()
            except (OSError, smtplib.SMTPException):
                pass  # every mail has its answer already
        self.close()

    def _left(self, end: float) -> smtplib.SMTP:
        if self._smtp is None or self._smtp.sock is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        self._smtp.sock.settimeout(max(0.1, end - clock.monotonic()))
        return self._smtp

    @staticmethod
    def _expect(answer: tuple[int, bytes], *codes: int) -> None:
        code, raw = answer
        if code in codes:
            return
        if 400 <= code < 600:
            raise Reply(code, _text(raw))
        raise smtplib.SMTPServerDisconnected(f"unexpected answer {code} {_text(raw)}")


def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()


def _text(raw: bytes | str) -> str:
    text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw
    return " ".join(text.split())[:300]


def _words(error: Exception) -> str:
    if isinstance(error, TimeoutError | socket.timeout):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate not trusted: {error.verify_message}"
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionResetError | BrokenPipeError):
        return "the server hung up"
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens at this server and port"
    if isinstance(error, socket.gaierror):
        return "the server's name is not known"
    return f"{type(error).__name__}: {error}"[:300]
