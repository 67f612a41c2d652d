"""A new certificate authority, and a certificate for this machine."""

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """PEM files: the authority to trust, and the server's certificate chain and key."""

    authority: Path
    certificate: Path
    private_key: Path


def write_certificates(directory: Path) -> Certificates:
    """Make a new authority and a certificate for localhost and 127.0.0.1 in a directory."""
    written = Certificates(
        directory / "authority.pem", directory / "server.pem", directory / "server.key"
    )
    authority = trustme.CA()
    server = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(str(written.authority))
    written.private_key.touch(mode=0o600)
    server.private_key_pem.write_to_path(str(written.private_key))
    written.certificate.write_bytes(b"".join(blob.bytes() for blob in server.cert_chain_pems))
    return written
