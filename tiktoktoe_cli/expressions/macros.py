"""The table of macros: what looks like a call but names variables and repeats an expression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.expressions.tree import Loop

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_NESTED_MACROS: Final = 16
"""How deep macros may be nested in each other."""


@dataclass(frozen=True, slots=True)
class Macro:
    """A way to write a macro `x.name(variables..., [condition,] body)`, and what its loop does."""

    loop: Loop
    variables: int
    has_condition: bool = False

    @property
    def arity(self) -> int:
        """Count what stands between the brackets."""
        return self.variables + self.has_condition + 1

    def usage(self, name: str) -> str:
        """Show how the macro is written."""
        words = ["x"] if self.variables == 1 else ["i", "x"]
        words += ["condition"] * self.has_condition
        words += ["value" if self.loop in (Loop.MAPPED, Loop.MAPPED_VALUES) else "condition"]
        return f"{name}({', '.join(words)})"


MACROS: Final[Mapping[str, tuple[Macro, ...]]] = {
    "all": (Macro(Loop.EVERY, 1), Macro(Loop.EVERY, 2)),
    "exists": (Macro(Loop.SOME, 1), Macro(Loop.SOME, 2)),
    "exists_one": (Macro(Loop.EXACTLY_ONE, 1), Macro(Loop.EXACTLY_ONE, 2)),
    "existsOne": (Macro(Loop.EXACTLY_ONE, 1), Macro(Loop.EXACTLY_ONE, 2)),
    "filter": (Macro(Loop.FILTERED, 1),),
    "map": (Macro(Loop.MAPPED, 1), Macro(Loop.MAPPED, 1, has_condition=True)),
    "transformList": (Macro(Loop.MAPPED, 2), Macro(Loop.MAPPED, 2, has_condition=True)),
    "transformMap": (Macro(Loop.MAPPED_VALUES, 2), Macro(Loop.MAPPED_VALUES, 2, has_condition=True)),
}
HAS: Final = "has"
HAS_USAGE: Final = "has(x.field)"
BIND: Final = "cel.bind"
BIND_USAGE: Final = "cel.bind(name, value, expression)"
