"""What identifies a problem from one run to the next, for the tools that keep track of them.

The line is no part of it: what moves down because something was written above it stays the same problem.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tiktoktoe_cli.errors import Problem

_DIGITS = 32


def fingerprinted(problems: Iterable[Problem]) -> Iterator[tuple[Problem, str]]:
    """Yield each problem with its fingerprint; those that cannot be told apart are numbered."""
    seen: Counter[str] = Counter()
    for problem in problems:
        digest = sha256("\0".join(problem.identity).encode(errors="surrogatepass")).hexdigest()[:_DIGITS]
        seen[digest] += 1
        yield problem, f"{digest}:{seen[digest]}"
