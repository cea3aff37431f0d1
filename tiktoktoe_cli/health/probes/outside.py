"""What probes need of the outside world."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.resilience import Clock
    from tiktoktoe_cli.transport.client import HttpClient


@dataclass(frozen=True, slots=True)
class Outside:
    """The clock, the HTTP client that all checks share, and the environment that programs are given."""

    clock: Clock
    client: HttpClient
    environ: Mapping[str, str]
