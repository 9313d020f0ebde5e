"""A call over https goes to whoever has the right certificate, and to nobody else; what is slow to make is shared."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.kernel import calling


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[int]:
    """The port of a server with a certificate for 127.0.0.1 that it made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    day, now = timedelta(days=1), datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day).sign(key, hashes.SHA256())
    pem, bare = serialization.Encoding.PEM, serialization.NoEncryption()
    file = tmp_path / "both.pem"
    file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, bare) + made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with suppress(OSError), closing(server.accept()[0]) as called:
                context.wrap_socket(called, server_side=True)

        answering = threading.Thread(target=answer)
        answering.start()
        yield server.getsockname()[1]
        answering.join()


def test_a_certificate_that_nobody_vouches_for_is_refused(impostor: int) -> None:
    with closing(calling.connection(urlsplit(f"https://127.0.0.1:{impostor}/"), 5)) as connection:
        with pytest.raises(ssl.SSLCertVerificationError):
            connection.request("GET", "/")


def test_connections_share_what_they_check_certificates_by() -> None:
    one, other = (calling.connection(urlsplit(f"https://{host}.example/"), 5) for host in ("one", "other"))
    assert isinstance(one, HTTPSConnection)
    assert one._context is other._context  # type: ignore[attr-defined]
    assert one._context.check_hostname  # type: ignore[attr-defined]
