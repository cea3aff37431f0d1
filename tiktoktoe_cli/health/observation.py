"""What one probe saw once, and the variables that expectations read from it."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.expressions import Duration
from tiktoktoe_cli.transport.variables import phases_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.health.documents import HealthDocument
    from tiktoktoe_cli.transport import Timing, TlsSession, TransportFailure


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there was no complete answer; `is_ours` says that the probe itself could not be carried out.

    `tls_fault` says more about the reason `tls`, in the words of `transport.TlsFault`. What `is_lasting` does not
    mend itself: trying again helps nobody, and may lock an account.
    """

    reason: str
    message: str
    _: KW_ONLY
    is_ours: bool = False
    tls_fault: str = ""
    is_lasting: bool = False

    @classmethod
    def of(cls, failure: TransportFailure) -> Failure:
        """Take over a failure of the network."""
        fault = failure.tls_fault.value if failure.tls_fault else ""
        return cls(
            failure.reason.value,
            failure.message,
            is_ours=failure.reason.is_ours,
            tls_fault=fault,
            is_lasting=not failure.is_transient,
        )


@dataclass(frozen=True, slots=True)
class Observation:
    """What a probe saw: CEL values by variable, the phases, what prevented an answer, and remarks for people.

    Without a complete answer there are no values: what was not seen is missing, and never zero or empty. `session`
    is what was agreed on over TLS, also where the certificate was then refused; `document` is what a service says
    of itself. `cut` names the values that are not whole: nobody knows what the rest of them holds.
    """

    timing: Timing
    values: Mapping[str, Any] = field(default_factory=dict)  # Any: CEL is dynamically typed
    failure: Failure | None = None
    remarks: tuple[str, ...] = ()
    session: TlsSession | None = None
    document: HealthDocument | None = None
    cut: frozenset[str] = frozenset()

    @property
    def bindings(self) -> dict[str, Any]:
        """The variables: the probe's own, and those that every probe has."""
        return {
            **self.values,
            "timing": {name: Duration(spent_ns) for name, spent_ns in phases_of(self.timing).items()},
            "connected": self.failure is None,
            "error": self.failure.reason if self.failure else "",
        }
