"""A stand-in for the package index's advisories, reached as pip-audit reaches the real one: through a proxy, over TLS.

The real pip-audit runs against it unchanged; every connection and every request that it makes is kept.
"""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "pypi" + ".org"
NOWHERE = "http://127.0.0.1:9"
"""Nothing listens on the discard port."""


@dataclass
class Asked:
    """The hosts that a connection was asked for, and the paths that were read from them."""

    hosts: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def advisories(folder: Path, known: Mapping[str, list[dict[str, Any]]]) -> Iterator[Asked]:
    """Answer for these `name/version`; anything else is not found. The environment leads there while it lasts."""
    certificate = _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def do_CONNECT(self) -> None:
            asked.hosts.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.close_connection = False  # what was asked for comes through the same connection
            self.connection = context.wrap_socket(self.connection, server_side=True)
            self.rfile = self.connection.makefile("rb")
            self.wfile = self.connection.makefile("wb", buffering=0)

        def do_GET(self) -> None:
            asked.paths.append(self.path)
            found = known.get(self.path.removeprefix("/pypi/").removesuffix("/json"))
            body = json.dumps({"info": {}, "urls": [], "vulnerabilities": found or []}).encode()
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def finish(self) -> None:
            super().finish()
            self.connection.close()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        with pytest.MonkeyPatch.context() as patch:
            through(patch, f"http://127.0.0.1:{server.server_port}")
            patch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
            yield asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def through(patch: pytest.MonkeyPatch, proxy: str) -> None:
    """Lead all look-ups through that proxy, whatever way to the network this machine has."""
    for name in ("https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        patch.delenv(name, raising=False)
    patch.setenv("HTTPS_PROXY", proxy)


def _certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "index.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path
