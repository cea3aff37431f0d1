"""What a TLS connection tells about itself, on every version of Python."""

from __future__ import annotations

import ssl
import sys
from _ssl import ENCODING_DER  # `ssl` has no name for it before 3.13, where it is not needed any more
from typing import Any

from tiktoktoe_cli.transport.exchange import TlsSession


def session_of(connection: ssl.SSLObject | ssl.SSLSocket) -> TlsSession:
    """Read the session of a connection whose handshake is over; the chain is as presented, verified or not."""
    cipher = connection.cipher()
    return TlsSession(
        version=connection.version() or "",
        cipher=cipher[0] if cipher else "",
        chain=_presented_chain(connection),
        is_verified=connection.context.verify_mode is ssl.CERT_REQUIRED,
    )


def _presented_chain(connection: Any) -> tuple[bytes, ...]:  # Any: 3.11 and 3.12 have no public way
    if sys.version_info >= (3, 13):
        return tuple(connection.get_unverified_chain())
    certificates = connection._sslobj.get_unverified_chain() or ()  # noqa: SLF001  # no public way
    return tuple(certificate.public_bytes(ENCODING_DER) for certificate in certificates)
