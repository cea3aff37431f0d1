from __future__ import annotations

import errno
import socket
import ssl

import pytest

from tiktoktoe_cli.transport import FailureReason
from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), FailureReason.DNS),
        (OSError(errno.ECONNREFUSED, "x"), FailureReason.REFUSED),
        (OSError(errno.ECONNRESET, "x"), FailureReason.RESET),
        (OSError(errno.EPIPE, "x"), FailureReason.RESET),
        (OSError(errno.EHOSTUNREACH, "x"), FailureReason.UNREACHABLE),
        (OSError(errno.ENETUNREACH, "x"), FailureReason.UNREACHABLE),
        (OSError(errno.ETIMEDOUT, "x"), FailureReason.TIMEOUT),
        (OSError(errno.EMFILE, "x"), FailureReason.LOCAL),
        (OSError(errno.ENFILE, "x"), FailureReason.LOCAL),
        (OSError(errno.ENOMEM, "x"), FailureReason.LOCAL),
        (OSError(errno.EADDRNOTAVAIL, "x"), FailureReason.LOCAL),
        (OSError(errno.EIO, "x"), FailureReason.NETWORK),
        (ssl.SSLError(1, "x"), FailureReason.TLS),
        (UnicodeError("label too long"), FailureReason.INVALID_URL),
    ],
)
def test_errors_of_the_system_have_a_reason(error: Exception, reason: FailureReason) -> None:
    """Each error of a socket or of TLS becomes one stable word."""
    diagnosis = diagnose(error)

    assert diagnosis is not None
    assert diagnosis.reason is reason


def test_the_system_says_what_it_lacks() -> None:
    """What this machine lacks is told in the words of the system."""
    diagnosis = diagnose(OSError(errno.EMFILE, "x"))

    assert diagnosis is not None
    assert (
        diagnosis.describe("h:80") == "this machine cannot make a connection to `h:80`: too many open files"
    )
    assert diagnosis.reason.is_ours


def test_the_cause_inside_is_found() -> None:
    """What a library wrapped, even in a group, is unwrapped."""
    group = ExceptionGroup("several", [OSError(errno.ECONNREFUSED, "a"), OSError(errno.ECONNREFUSED, "b")])
    error = RuntimeError("library")
    error.__cause__ = OSError("all attempts failed")
    error.__cause__.__cause__ = group

    assert diagnose(error) == Diagnosis(FailureReason.REFUSED)


def test_an_unknown_error_has_no_diagnosis() -> None:
    """What means nothing here is left to the one who asks."""
    assert diagnose(RuntimeError("?")) is None


@pytest.mark.parametrize("reason", list(FailureReason))
def test_every_reason_can_be_described(reason: FailureReason) -> None:
    """No reason is without words, and the words name the target."""
    assert "`h:80`" in Diagnosis(reason).describe("h:80")
