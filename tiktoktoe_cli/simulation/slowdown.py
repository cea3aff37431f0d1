"""How much slower a service becomes: `x10` times as slow, or `200ms` more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from tiktoktoe_cli.config.units import Duration, UnitError, Written

_NO_SHIFT = Duration(0)
_FACTOR = re.compile(r"x(\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Slowdown(Written):
    """What a latency fault does to a service time: times `factor`, plus `shift`."""

    factor: float = 1.0
    shift: Duration = _NO_SHIFT

    pattern = r"^(x\d+(\.\d+)?|((\d+(\.\d+)?|\.\d+)(ns|us|µs|ms|s|m|h|d))+)$"
    example = "a slowdown such as `x10` or `200ms`"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `x10` or a duration.

        Raises:
            UnitError: if the text is neither.
        """
        factor = _FACTOR.fullmatch(text)
        if factor:
            return cls(factor=float(factor[1]))
        try:
            return cls(shift=Duration.parse(text))
        except UnitError:
            hint = "write `x10` for ten times as slow, or `200ms` for that much more"
            raise UnitError(f"`{text}` is not a slowdown", hint) from None

    def __str__(self) -> str:
        return f"x{self.factor:g}" if self.factor != 1 else str(self.shift)
