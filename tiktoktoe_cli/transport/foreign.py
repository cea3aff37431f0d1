"""Exceptions of the operating system and of TLS → reasons, wherever a library has wrapped them.

Messages are written here and never taken over from an exception: a library quotes the header or the URL that it
did not like, and with it a credential.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.transport.exchange import FailureReason, TlsFault
from tiktoktoe_cli.transport.trust import TrustError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BY_ERRNO: Final[Mapping[int, FailureReason]] = {
    errno.ECONNREFUSED: FailureReason.REFUSED,
    errno.ECONNRESET: FailureReason.RESET,
    errno.ECONNABORTED: FailureReason.RESET,
    errno.EPIPE: FailureReason.RESET,
    errno.ENETUNREACH: FailureReason.UNREACHABLE,
    errno.EHOSTUNREACH: FailureReason.UNREACHABLE,
    errno.ENETDOWN: FailureReason.UNREACHABLE,
    errno.ETIMEDOUT: FailureReason.TIMEOUT,
    errno.EMFILE: FailureReason.LOCAL,
    errno.ENFILE: FailureReason.LOCAL,
    errno.ENOMEM: FailureReason.LOCAL,
    errno.ENOBUFS: FailureReason.LOCAL,
    errno.EADDRNOTAVAIL: FailureReason.LOCAL,
}
# OpenSSL's x509_vfy.h
_BY_VERIFY_CODE: Final[Mapping[int, TlsFault]] = {
    2: TlsFault.UNTRUSTED_ISSUER,
    9: TlsFault.NOT_YET_VALID,
    10: TlsFault.EXPIRED,
    18: TlsFault.SELF_SIGNED,
    19: TlsFault.UNTRUSTED_ISSUER,  # the end of the chain signed itself, as every root does
    20: TlsFault.UNTRUSTED_ISSUER,
    21: TlsFault.UNTRUSTED_ISSUER,
    23: TlsFault.REVOKED,
    62: TlsFault.WRONG_NAME,
    63: TlsFault.WRONG_NAME,
    64: TlsFault.WRONG_NAME,
}
# What OpenSSL asks for only if it is strict, as Python 3.13 and later make it: checks of RFC 5280 that many private
# authorities do not pass
_STRICT_VERIFY_CODES: Final = frozenset({78, *range(80, 94)})
# The alerts of RFC 8446, 6, in OpenSSL's words. Up to TLS 1.2, who lacks a certificate hears `handshake failure`,
# and so does who has no cipher in common: that one stays `other`.
_BY_TLS_REASON: Final[Mapping[str, TlsFault]] = {
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": TlsFault.CLIENT_CERTIFICATE_REQUIRED,
    "SSLV3_ALERT_BAD_CERTIFICATE": TlsFault.CLIENT_CERTIFICATE_REFUSED,
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": TlsFault.CLIENT_CERTIFICATE_REFUSED,
    "SSLV3_ALERT_CERTIFICATE_REVOKED": TlsFault.CLIENT_CERTIFICATE_REFUSED,
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": TlsFault.CLIENT_CERTIFICATE_REFUSED,
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": TlsFault.CLIENT_CERTIFICATE_REFUSED,
    "TLSV1_ALERT_UNKNOWN_CA": TlsFault.CLIENT_CERTIFICATE_REFUSED,
    "TLSV1_ALERT_ACCESS_DENIED": TlsFault.CLIENT_CERTIFICATE_REFUSED,
    "TLSV1_ALERT_DECRYPT_ERROR": TlsFault.CLIENT_CERTIFICATE_REFUSED,
    "WRONG_VERSION_NUMBER": TlsFault.NOT_TLS,
    "HTTP_REQUEST": TlsFault.NOT_TLS,
    "RECORD_LAYER_FAILURE": TlsFault.NOT_TLS,
    "TLSV1_ALERT_PROTOCOL_VERSION": TlsFault.NOTHING_IN_COMMON,
    "UNSUPPORTED_PROTOCOL": TlsFault.NOTHING_IN_COMMON,
    "NO_PROTOCOLS_AVAILABLE": TlsFault.NOTHING_IN_COMMON,
    "TLSV1_ALERT_INSUFFICIENT_SECURITY": TlsFault.NOTHING_IN_COMMON,
    "TLSV1_UNRECOGNIZED_NAME": TlsFault.UNKNOWN_NAME,
}
_WORDS: Final[Mapping[FailureReason, str]] = {
    FailureReason.DNS: "the name of `{target}` could not be looked up",
    FailureReason.REFUSED: "`{target}` refused the connection",
    FailureReason.UNREACHABLE: "there is no route to `{target}`",
    FailureReason.RESET: "`{target}` reset the connection",
    FailureReason.CLOSED: "`{target}` closed the connection before its answer was complete",
    FailureReason.TIMEOUT: "`{target}` did not answer in time",
    FailureReason.TLS: "the TLS handshake with `{target}` failed",
    FailureReason.PROTOCOL: "the answer of `{target}` is not valid HTTP",
    FailureReason.TOO_MANY_REDIRECTS: "`{target}` redirects too often",
    FailureReason.PROXY: "the proxy `{target}` does not pass the request on",
    FailureReason.TOKEN_SERVER: "the token server `{target}` gives no token now",
    FailureReason.TLS_FILES: "the files for TLS with `{target}` cannot be used",
    FailureReason.AUTH: "the token server `{target}` gives no token",
    FailureReason.NETWORK: "the connection to `{target}` failed",
    FailureReason.LOCAL: "this machine cannot make a connection to `{target}`",
    FailureReason.INVALID_URL: "`{target}` is not an address that can be asked",
    FailureReason.INVALID_REQUEST: "the method or a header of the request to `{target}` cannot be sent",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What an exception means: the reason, and what the operating system or the TLS library adds to it."""

    reason: FailureReason
    detail: str = ""
    tls_fault: TlsFault | None = None

    def describe(self, target: str) -> str:
        """Say it in one line about a target that holds no credential."""
        words = _WORDS[self.reason].format(target=target)
        return f"{words}: {self.detail}" if self.detail else words


def diagnose(error: BaseException) -> Diagnosis | None:
    """Find the first cause, from the innermost outwards, that has a meaning; None if there is none."""
    for cause in reversed(list(_causes(error))):
        if found := _diagnose_one(cause):
            return found
    return None


def cause_of(error: BaseException) -> Diagnosis:
    """Diagnose an exception that ended a connection, whatever it is."""
    return diagnose(error) or Diagnosis(FailureReason.NETWORK)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, what it was raised from or during, and the members of groups, outermost first."""
    yield error
    if isinstance(error, BaseExceptionGroup):
        for member in error.exceptions:
            yield from _causes(member)
    inner = error.__cause__ or error.__context__
    if inner is not None:
        yield from _causes(inner)


def _diagnose_one(error: BaseException) -> Diagnosis | None:
    match error:
        case TrustError() | ssl.SSLError():
            return _diagnose_tls(error)
        case socket.gaierror():
            return Diagnosis(FailureReason.DNS)
        case OSError(errno=int(code)):
            reason = _BY_ERRNO.get(code, FailureReason.NETWORK)
            says_more = reason in {FailureReason.NETWORK, FailureReason.LOCAL}
            return Diagnosis(reason, os.strerror(code).lower() if says_more else "")
        case ConnectionError():  # without a number it is asyncio's word for an end in the middle of a handshake
            return Diagnosis(FailureReason.CLOSED)
        case UnicodeError() | OverflowError():  # no name can be so, or no port
            return Diagnosis(FailureReason.INVALID_URL)
    return None


def _diagnose_tls(error: TrustError | ssl.SSLError) -> Diagnosis:
    if isinstance(error, TrustError):
        return Diagnosis(FailureReason.TLS_FILES, str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        fault = _BY_VERIFY_CODE.get(error.verify_code, TlsFault.OTHER)
        is_strict = error.verify_code in _STRICT_VERIFY_CODES
        demand = ", which Python 3.13 and later ask for (RFC 5280)" if is_strict else ""
        return Diagnosis(FailureReason.TLS, error.verify_message.rstrip(".") + demand, fault)
    reason = getattr(error, "reason", None) or ""  # Python raises some itself, and those have none
    fault = _BY_TLS_REASON.get(reason, TlsFault.OTHER)
    return Diagnosis(FailureReason.TLS, reason.replace("_", " ").lower(), fault)
