"""TLS between what a connection carries and what it means, for who is handed bytes instead of reading them."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.transport.tls_session import session_of

if TYPE_CHECKING:
    from tiktoktoe_cli.transport.exchange import TlsSession

_AT_ONCE: Final = 65_536


class Encryption:
    """The client's side of a TLS session. OpenSSL works on buffers here, and never waits.

    `session` is there when the handshake is over; `is_over` tells that the server has said farewell. `outgoing` is
    what has to be sent, also after an error: it tells the server why.
    """

    def __init__(self, context: ssl.SSLContext, server_name: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self.session: TlsSession | None = None
        self.is_over = False

    def outgoing(self) -> bytes:
        """Return what has to be sent, and forget it."""
        return self._outgoing.read()

    def encrypt(self, data: bytes) -> None:
        """Take something to be sent, once there is a session."""
        self._tls.write(data)

    def part(self) -> None:
        """Say farewell; what the server says after that can still be heard."""
        with suppress(ssl.SSLError):  # OpenSSL would wait for the server's, and take every alert for one
            self._tls.unwrap()

    def decrypt(self, data: bytes) -> bytes:
        """Take what arrived, also nothing to begin with, and return what it means.

        Raises:
            ssl.SSLError: if the handshake fails, or the server breaks the rules.
        """
        self._incoming.write(data)
        with suppress(ssl.SSLWantReadError):
            if self.session is None:
                self._tls.do_handshake()
                self.session = session_of(self._tls)
            return self._read()
        return b""

    def _read(self) -> bytes:
        pieces = []
        try:
            while piece := self._tls.read(_AT_ONCE):
                pieces.append(piece)
        except ssl.SSLWantReadError:
            return b"".join(pieces)
        except ssl.SSLZeroReturnError:
            pass
        self.is_over = True
        return b"".join(pieces)
