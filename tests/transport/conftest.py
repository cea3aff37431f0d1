"""What the tests of the network share: certificates of an authority of their own."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

import pytest
import trustme


@dataclass(frozen=True)
class Certificates:
    """An authority: servers show what it issued, clients trust it."""

    authority: trustme.CA

    def server(self, name: str = "127.0.0.1", **validity: object) -> ssl.SSLContext:
        """Make the context of a server whose certificate is for a name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name, **validity).configure_cert(context)  # type: ignore[arg-type]
        return context

    def client(self) -> ssl.SSLContext:
        """Make the context of a client that trusts the authority."""
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    """Return an authority that nobody else trusts."""
    return Certificates(trustme.CA())
