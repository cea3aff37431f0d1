from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from tiktoktoe_cli.transport.trust import trusted_context

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.transport.conftest import Certificates


def test_the_machines_authorities_are_trusted(
    certificates: Certificates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A private authority that the machine knows needs no setting of ours."""
    bundle = tmp_path / "ca.pem"
    certificates.authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))

    context = trusted_context()

    assert len(context.get_ca_certs()) == 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_machine_without_authorities_trusts_the_public_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a bare container, public certificates are still verified."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))

    context = trusted_context()

    assert len(context.get_ca_certs()) > 50
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
