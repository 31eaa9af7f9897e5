"""X.509 certificates in PEM form (RFC 7468): whose they are and when they end."""

import re
from collections.abc import Iterator

from autoguard.model import Credential
from autoguard.syntax.parsed import Parsed

MARK = b"-----BEGIN CERTIFICATE-----"
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s\\]{100,20000}?-----END CERTIFICATE-----")
_MAX_BLOCKS = 50
_AUTHORITIES_FROM = 10


def certificates(parsed: Parsed) -> Iterator[Credential]:
    """The certificates of a document. Bundles of authorities, which systems update themselves, are left out."""
    from cryptography import x509  # noqa: PLC0415 - only where a certificate is found
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - as above

    blocks = list(_BLOCK.finditer(parsed.text))
    if len(blocks) >= _AUTHORITIES_FROM:
        return
    for block in blocks[:_MAX_BLOCKS]:
        # Inside JSON and YAML strings the line breaks are escaped.
        pem = block[0].replace("\\n", "\n").replace("\\r", "")
        try:
            certificate = x509.load_pem_x509_certificate(pem.encode())
            expires = certificate.not_valid_after_utc.date().isoformat()
            names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        except ValueError:
            continue
        line = parsed.text.count("\n", 0, block.start()) + 1
        yield Credential(
            id=f"certificate:{certificate.fingerprint(SHA256()).hex()[:16]}",
            kind="certificate",
            storage="unknown",
            role="certificate",
            name=str(names[0].value) if names else "without a name",
            holder=parsed.name,
            confidence="verified",
            expires=expires,
            locations=(parsed.at_line(line),),
        )
