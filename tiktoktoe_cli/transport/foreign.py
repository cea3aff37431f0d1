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

from tiktoktoe_cli.transport.exchange import FailureReason

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
    FailureReason.NETWORK: "the connection to `{target}` failed",
    FailureReason.INVALID_URL: "`{target}` is not an address that can be asked",
    FailureReason.INVALID_REQUEST: "the method or a header of the request to `{target}` cannot be sent",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What an exception means: the reason, and what the operating system or the TLS library adds to it."""

    reason: FailureReason
    detail: str = ""

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
        case socket.gaierror():
            return Diagnosis(FailureReason.DNS)
        case ssl.SSLCertVerificationError():
            return Diagnosis(FailureReason.TLS, error.verify_message)
        case ssl.SSLError():
            # Python raises some of them itself, and those have no reason
            words = getattr(error, "reason", None) or ""
            return Diagnosis(FailureReason.TLS, words.replace("_", " ").lower())
        case OSError(errno=int(code)):
            reason = _BY_ERRNO.get(code)
            return (
                Diagnosis(reason) if reason else Diagnosis(FailureReason.NETWORK, os.strerror(code).lower())
            )
        case UnicodeError() | OverflowError():  # no name can be so, or no port
            return Diagnosis(FailureReason.INVALID_URL)
    return None
