"""What one service of the sample shop is told by its environment; `service.py` lists the variables."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from math import inf, nan
from typing import TYPE_CHECKING, NoReturn

from shop import SERVICES

if TYPE_CHECKING:
    from collections.abc import Mapping

HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class Mode:
    """How a service behaves: what it says of itself, which of its answers are late, when it is ready."""

    status: str = "UP"
    slow_health: bool = False
    slow_work: bool = False
    starts_in_s: float = 0


MODES = {
    "ok": Mode(),
    "slow": Mode(slow_health=True, slow_work=True),
    "degraded": Mode("DEGRADED", slow_work=True),
    "failing": Mode("DOWN"),
    "never": Mode(starts_in_s=inf),  # listens, but does not become ready
    "dies": Mode(),  # exits with 1 while it starts
    "stubborn": Mode(),  # ignores SIGTERM
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a service was told by its command line and its environment; `ports` has those of all services."""

    name: str
    ports: Mapping[str, int]
    mode: str
    delay_s: float
    start_delay_s: float
    verbose: bool

    @classmethod
    def read(cls, name: str, environ: Mapping[str, str]) -> Settings:
        """Read the settings of one service, or give up with 2."""
        if name not in SERVICES:
            give_up(2, f"there is no service `{name}`; there are {', '.join(SERVICES)}")
        prefix = f"SHOP_{name.upper()}"
        if (mode := environ.get(f"{prefix}_MODE", "ok")) not in MODES:
            give_up(2, f"{name}: `{prefix}_MODE` is `{mode}`; it can be {', '.join(MODES)}")
        return cls(
            name=name,
            ports={other: read_port(other, environ) for other in SERVICES},
            mode=mode,
            delay_s=read(environ, f"{prefix}_DELAY", 800) / 1000,
            start_delay_s=read(environ, f"{prefix}_START_DELAY", 0),
            verbose=environ.get("SHOP_VERBOSE") == "1",
        )


def read(environ: Mapping[str, str], variable: str, default: float, highest: int = 100_000) -> float:
    """Read a number from the environment, or give up with 2."""
    text = environ.get(variable, str(default))
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not 0 <= number <= highest:
        give_up(2, f"`{variable}` is `{text}`; it must be a number from 0 to {highest}")
    return number


def read_port(name: str, environ: Mapping[str, str]) -> int:
    """Read where a service listens, or give up with 2."""
    return int(read(environ, f"SHOP_{name.upper()}_PORT", SERVICES[name].port, HIGHEST_PORT))


def give_up(code: int, reason: str) -> NoReturn:
    """Exit before the service has started, and say why in one line."""
    print(reason, file=sys.stderr)
    raise SystemExit(code)
