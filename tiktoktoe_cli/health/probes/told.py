"""What went wrong on the network, where a client tells it in words alone; pure.

libpq, gRPC's core and librdkafka make their connections by themselves, and what the system or OpenSSL told them is
part of a text. The words of the system are those of `os.strerror`, and so are found by themselves.
"""

from __future__ import annotations

import errno
import os
import re
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.transport.exchange import FailureReason, TlsFault
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose

if TYPE_CHECKING:
    from collections.abc import Iterator

_ERRORS: Final = (
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.EPIPE,
    errno.ENETUNREACH,
    errno.EHOSTUNREACH,
    errno.ETIMEDOUT,
    errno.EMFILE,
)
# the first that is found counts: what is told last says more than what is told first
_TLS_WORDS: Final = (
    ("certificate has expired", TlsFault.EXPIRED),
    ("certificate is not yet valid", TlsFault.NOT_YET_VALID),
    ("self.signed certificate in certificate chain", TlsFault.UNTRUSTED_ISSUER),
    ("self.signed certificate", TlsFault.SELF_SIGNED),
    ("unable to get (?:local )?issuer certificate", TlsFault.UNTRUSTED_ISSUER),
    ("host ?name verification|does not match host name|(?:hostname|address) mismatch", TlsFault.WRONG_NAME),
    ("certificate required", TlsFault.CLIENT_CERTIFICATE_REQUIRED),
    ("wrong.version.number|invalid response to ssl|does not support ssl", TlsFault.NOT_TLS),
    ("certificate verify failed", TlsFault.OTHER),
    ("(?:ssl|tls) (?:handshake|error)", TlsFault.OTHER),
)
_OTHER_WORDS: Final = (
    (
        "socket closed|closed the connection|closed by server|disconnected|brokers are down",
        FailureReason.CLOSED,
    ),
    ("http/2|expected authentication request|invalid response|unsupported version", FailureReason.PROTOCOL),
    ("failed to resolve|name or service not known", FailureReason.DNS),
)


def diagnose_words(text: str) -> Diagnosis | None:
    """Find out what an error means from what a client says about it; None if it is nothing of the network."""
    return next(_meanings(text), None)


def _meanings(text: str) -> Iterator[Diagnosis]:
    for code in _ERRORS:
        if os.strerror(code) in text and (found := diagnose(OSError(code, ""))):
            yield found
    for words, fault in _TLS_WORDS:
        if match := re.search(words, text, re.IGNORECASE):
            yield Diagnosis(FailureReason.TLS, match[0].replace("_", " ").lower(), fault)
    for words, reason in _OTHER_WORDS:
        if re.search(words, text, re.IGNORECASE):
            yield Diagnosis(reason)
