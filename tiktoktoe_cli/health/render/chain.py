"""The certificates that a check was shown, as every form of the answer reads them."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from tiktoktoe_cli.health.facts import CheckResult
    from tiktoktoe_cli.report.facts import Json
    from tiktoktoe_cli.transport.certificates import Certificate


def certificates_of(check: CheckResult) -> tuple[Certificate, ...]:
    """Read the chain as it was shown, the server's own certificate first; nothing without TLS."""
    if check.session is None:
        return ()
    from tiktoktoe_cli.transport.certificates import read_chain

    return read_chain(check.session.chain)


def certificates_data(check: CheckResult) -> list[dict[str, Json]]:
    """Write the chain as other programs read it."""
    return [
        {
            "subject": one.subject,
            "issuer": one.issuer,
            "names": list(one.names),
            "serial": one.serial,
            "not_before": _time(one.not_before),
            "not_after": _time(one.not_after),
            "fingerprint_sha256": one.fingerprint_sha256,
        }
        for one in certificates_of(check)
    ]


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
