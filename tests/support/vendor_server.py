"""A vendor's API on the loopback interface, over TLS, and the two ways in which a call for the vendor's host gets there.

In one process an adapter takes the place of the one of requests; a command of its own goes through a proxy. Both verify
the certificate as they do with the real vendor, against the authority that this module makes.
"""

import contextlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPSConnectionPool
from urllib3.connection import HTTPSConnection
from urllib3.exceptions import NewConnectionError


@dataclass(frozen=True)
class Request:
    """What arrived."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def line(self) -> str:
        """Method, host and path as one text."""
        return f"{self.method} {self.host}{self.path}"


@dataclass(frozen=True)
class Response:
    """What is answered: a body, as JSON where it is no bytes; `pause` seconds before it, `drip` between its bytes."""

    status: int = 200
    body: Any = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    drip: float = 0.0
    length: int | None = None
    chunked: bool = False

    @property
    def data(self) -> bytes:
        """The body's bytes."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answers = Callable[[Request], Response]


@dataclass
class VendorServer:
    """A running server: what it was asked, and how it is reached."""

    port: int
    authority: Path
    requests: list[Request] = field(default_factory=list)
    connects: list[str] = field(default_factory=list)

    def adapter(self) -> BaseAdapter:
        """An adapter of requests that connects here and still asks the certificate for the vendor's host."""
        return _Loopback(self.port)

    @property
    def environment(self) -> dict[str, str]:
        """How a command of its own gets here: as through a firm's proxy, whose authority its user trusts."""
        return {
            "HTTPS_PROXY": f"http://127.0.0.1:{self.port}",
            "https_proxy": f"http://127.0.0.1:{self.port}",
            "NO_PROXY": "",
            "no_proxy": "",
            "REQUESTS_CA_BUNDLE": str(self.authority),
        }


class _Loopback(HTTPAdapter):
    def __init__(self, port: int) -> None:
        self._port = port
        super().__init__()

    def get_connection_with_tls_context(self, request: Any, *_: Any, **__: Any) -> HTTPSConnectionPool:
        parts = urlsplit(request.url)
        assert parts.scheme == "https"
        assert parts.port is None
        assert parts.hostname
        pool = HTTPSConnectionPool(parts.hostname)
        port = self._port

        class Connection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                try:
                    return socket.create_connection(("127.0.0.1", port), self.timeout)
                except OSError as error:
                    raise NewConnectionError(self, str(error)) from error

        pool.ConnectionCls = Connection
        return pool


@contextlib.contextmanager
def vendor_server(folder: Path, answers: Answers, hosts: Sequence[str]) -> Iterator[VendorServer]:
    """Answer for these hosts while it lasts, directly and as a proxy."""
    certificate, authority = _certificates(folder, hosts)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    http = _Server(("127.0.0.1", 0), _Handler)
    running = VendorServer(http.server_port, authority)
    http.running, http.answers, http.context = running, answers, context
    thread = threading.Thread(target=http.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield running
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    running: VendorServer
    answers: Answers
    context: ssl.SSLContext

    def handle_error(self, *_: object) -> None:
        """A reader that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 20
    server: _Server

    def setup(self) -> None:
        # A TLS connection begins with a handshake record, 22 (RFC 8446, section 5.1); a proxy is spoken to in the clear.
        if self.request.recv(1, socket.MSG_PEEK) == b"\x16":
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def do_CONNECT(self) -> None:
        self.server.running.connects.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.close_connection = False  # what was asked for comes through the same connection
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        request = Request(self.command, self.headers.get("Host", ""), self.path, dict(self.headers), body)
        self.server.running.requests.append(request)
        with contextlib.suppress(OSError):
            self.answer(self.server.answers(request))

    def do_POST(self) -> None:
        self.do_GET()

    def answer(self, response: Response) -> None:
        time.sleep(response.pause)
        self.send_response(response.status)
        headers = {"Content-Type": "application/json", **response.headers}
        if response.chunked:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(len(response.data) if response.length is None else response.length)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if response.chunked:
            self.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(response.data), response.data))
        elif response.drip:
            for index in range(len(response.data)):
                self.wfile.write(response.data[index : index + 1])
                time.sleep(response.drip)
        else:
            self.wfile.write(response.data)

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
            self.connection.close()

    def log_message(self, *_: object) -> None:
        pass


def _certificates(folder: Path, hosts: Sequence[str]) -> tuple[Path, Path]:
    """The server's key and certificate in one file, and the authority that signed it in another."""
    root, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "An authority for tests")])
    own = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A vendor for tests")])
    now = datetime.now(UTC)

    def made(subject: x509.Name, public: ec.EllipticCurvePublicKey, *, authority: bool) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
        )
        if authority:
            usage = x509.KeyUsage(
                digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
            )  # fmt: skip
            builder = builder.add_extension(usage, critical=True)
        else:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False
            )
        return builder.sign(root, hashes.SHA256())

    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    certificate, authority = folder / "vendor.pem", folder / "authority.pem"
    certificate.write_bytes(private + made(own, key.public_key(), authority=False).public_bytes(pem))
    authority.write_bytes(made(name, root.public_key(), authority=True).public_bytes(pem))
    return certificate, authority
