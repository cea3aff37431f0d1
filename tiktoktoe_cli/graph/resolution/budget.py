"""How much work an answer may take: the search is exact, and some questions are too hard for that."""

from __future__ import annotations

from dataclasses import dataclass


class GaveUpError(Exception):
    """The budget is used up before there is an answer."""


@dataclass(slots=True)
class Budget:
    """How much work is allowed, counted in looks at needs and clauses; the default takes some seconds."""

    left: int = 5_000_000

    def share(self, parts: int) -> Budget:
        """Return a part of what is left; it is not taken off."""
        return Budget(self.left // parts)

    def spend(self, looks: int) -> None:
        """Take off what was used.

        Raises:
            GaveUpError: if nothing is left.
        """
        self.left -= looks
        if self.left < 0:
            raise GaveUpError
