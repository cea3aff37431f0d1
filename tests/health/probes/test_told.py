from __future__ import annotations

import errno
import os

import pytest

from tiktoktoe_cli.health.probes.told import diagnose_words
from tiktoktoe_cli.transport.exchange import FailureReason, TlsFault


@pytest.mark.parametrize(
    ("text", "reason", "fault"),
    [
        (f"connect: {os.strerror(errno.ECONNREFUSED)} (111)", FailureReason.REFUSED, None),
        (f"recvmsg:{os.strerror(errno.ECONNRESET)} (104)", FailureReason.RESET, None),
        ("server closed the connection unexpectedly", FailureReason.CLOSED, None),
        ("Failed parsing HTTP/2 (Expected SETTINGS frame)", FailureReason.PROTOCOL, None),
        ("OPENSSL_internal:WRONG_VERSION_NUMBER: OK", FailureReason.TLS, TlsFault.NOT_TLS),
        ("SSL error: certificate has expired", FailureReason.TLS, TlsFault.EXPIRED),
        ("self-signed certificate in certificate chain", FailureReason.TLS, TlsFault.UNTRUSTED_ISSUER),
        ("self-signed certificate", FailureReason.TLS, TlsFault.SELF_SIGNED),
        ('certificate for "a" does not match host name "b"', FailureReason.TLS, TlsFault.WRONG_NAME),
        ("SSL error: certificate verify failed", FailureReason.TLS, TlsFault.OTHER),
    ],
)
def test_words_of_clients_have_a_meaning(text: str, reason: FailureReason, fault: TlsFault | None) -> None:
    """What libpq, gRPC and librdkafka write about a connection is told in the transport's words."""
    found = diagnose_words(text)

    assert found
    assert (found.reason, found.tls_fault) == (reason, fault)


def test_other_words_mean_nothing() -> None:
    """What is not about the network is left to who asks."""
    assert diagnose_words("no healthy upstream") is None
