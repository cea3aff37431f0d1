"""What the tests of the network share: certificates of an authority of their own, and a web server for HTTP/2."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.transport.nginx import Nginx, running_nginx
from tiktoktoe_cli.transport import TlsOptions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Certificates:
    """An authority: servers show what it issued, clients trust it. `folder` holds its files."""

    authority: trustme.CA
    folder: Path

    def server(self, name: str = "127.0.0.1", **validity: object) -> ssl.SSLContext:
        """Make the context of a server whose certificate is for a name."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(name, **validity).configure_cert(context)  # type: ignore[arg-type]
        return context

    def asking_server(self) -> ssl.SSLContext:
        """Make the context of a server that asks for a certificate of the authority."""
        context = self.server()
        context.verify_mode = ssl.CERT_REQUIRED
        self.authority.configure_trust(context)
        return context

    @property
    def trusted(self) -> TlsOptions:
        """The options of a client that trusts the authority."""
        return TlsOptions(ca=self.folder / "ca.pem")

    def issued(self, name: str) -> Path:
        """Write a certificate of the authority with its key into one file."""
        path = self.folder / f"{name}.pem"
        self.authority.issue_cert(name).private_key_and_cert_chain_pem.write_to_path(str(path))
        return path


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Return an authority that nobody else trusts."""
    made = Certificates(trustme.CA(), tmp_path_factory.mktemp("certificates"))
    made.authority.cert_pem.write_to_path(str(made.folder / "ca.pem"))
    return made


@pytest.fixture(scope="session")
def nginx(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Run a web server that speaks HTTP/2, for as long as tests need it."""
    with running_nginx(tmp_path_factory.mktemp("nginx"), certificates.issued("127.0.0.1")) as server:
        yield server
