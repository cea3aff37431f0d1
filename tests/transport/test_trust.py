from __future__ import annotations

import ssl
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization

from tiktoktoe_cli.transport import TlsOptions
from tiktoktoe_cli.transport.trust import Contexts, TrustError, make_context, trusted_context

if TYPE_CHECKING:
    from pathlib import Path

    from tests.transport.conftest import Certificates


def test_the_machines_authorities_are_trusted(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A private authority that the machine knows needs no setting of ours."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.folder / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(certificates.folder / "none"))

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


def test_a_file_of_authorities_takes_the_place_of_the_machines(certificates: Certificates) -> None:
    """Who names an authority trusts that one alone."""
    context = make_context(certificates.trusted)

    assert len(context.get_ca_certs()) == 1
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_each_kind_of_trust_is_made_once(certificates: Certificates) -> None:
    """The same options share a context, whatever name they ask for; other options, or HTTP/2, have another."""
    made: list[TlsOptions] = []

    def make(options: TlsOptions) -> ssl.SSLContext:
        made.append(options)
        return make_context(options)

    contexts = Contexts(make)
    first = contexts.get(certificates.trusted, http2=False)

    again = contexts.get(replace(certificates.trusted, server_name="shop.example"), http2=False)
    others = [
        contexts.get(replace(certificates.trusted, verify=False), http2=False),
        contexts.get(certificates.trusted, http2=True),
    ]

    assert again is first
    assert first not in others
    assert len(made) == 3


def test_an_unusable_file_is_named(certificates: Certificates, tmp_path: Path) -> None:
    """A key with a password, a text that is no certificate, a file that is not there: each is told by its name."""
    key = certificates.authority.issue_cert("client.example")
    loaded = serialization.load_pem_private_key(key.private_key_pem.bytes(), None)
    locked = tmp_path / "locked.key"
    locked.write_bytes(
        loaded.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"sesame"),
        )
    )
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    cert = certificates.issued("other.example")
    contexts = Contexts(make_context)

    told = []
    for options in (
        TlsOptions(cert=cert, key=locked),
        TlsOptions(ca=text),
        TlsOptions(cert=cert, key=tmp_path / "absent.key"),
    ):
        with pytest.raises(TrustError) as caught:
            contexts.get(options, http2=False)
        told.append(str(caught.value))

    assert [f"`{locked}`" in told[0], told[1].startswith(f"`{text}`: ")] == [True, True]
    assert told[2] == f"`{tmp_path}/absent.key`: no such file or directory"
