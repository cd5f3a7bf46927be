"""Encryption and sign-in at the mail server."""

import datetime
import ssl

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crm.mail import transport
from crm.mail.transport import Connection, Dropped, Reply, Server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for localhost and the context of its server."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return path, context


class Box:
    def __init__(self):
        self.bodies = []

    async def handle_DATA(self, server, session, envelope):
        self.bodies.append(envelope.content)
        return "250 taken"


class Guarded(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def check(server, session, envelope, mechanism, data):
    is_right = (data.login, data.password) == (b"me", b"p/w@x")
    return AuthResult(success=is_right, handled=False)


@pytest.fixture
def guarded(certificate):
    """A server that wants STARTTLS and a password."""
    controller = Guarded(
        Box(), hostname="127.0.0.1", port=0, tls_context=certificate[1], require_starttls=True,
        auth_required=True, authenticator=check, auth_exclude_mechanism=["LOGIN"],
    )  # fmt: skip
    controller.start()
    yield controller
    controller.stop()


def connection(controller, **more):
    values = {"user": "me", "password": "p/w@x", "security": "starttls", **more}
    return Connection(Server("localhost", controller.port, **values), "tend.example")


def test_a_mail_goes_over_starttls_with_a_password(guarded, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    line = connection(guarded)
    line.open()
    line.envelope("a@x.example", "b@y.example")
    line.send_text(b"Subject: x\r\n\r\n.\r\nend\r\n")
    assert line.has_answer(5)
    assert line.answer() == (250, "taken")
    line.quit()
    assert guarded.handler.bodies == [b"Subject: x\r\n\r\n.\r\nend\r\n"]


def test_a_certificate_nobody_vouches_for_is_refused(guarded):
    with pytest.raises(Dropped, match="certificate not trusted"):
        connection(guarded).open()


def test_a_wrong_password_is_the_servers_word(guarded, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with pytest.raises(Reply) as refusal:
        connection(guarded, password="no").open()
    assert refusal.value.code == 535


def test_a_server_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(transport, "BEFORE_TEXT", 1.0)
    with pytest.raises(Dropped, match="nothing listens"):
        Connection(Server("127.0.0.1", 9, security="none"), "x").open()
