"""How many checks fit into what the system lets this process have open."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

from tiktoktoe_cli.errors import UnfinishedError

_PER_CHECK: Final = 4
"""A connection is one file; a program has two pipes and more while it starts, and so have clients of databases."""
_RESERVED: Final = 32
"""For the streams, the loop, the files of the configuration, and what else there is once."""
_ENOUGH: Final = 64
"""For a few checks at once, and somebody who listens."""
_MOST_CONNECTIONS: Final = 128
_MOST_LOOKS: Final = 32


@dataclass(frozen=True, slots=True)
class Places:
    """How many connections a listener may have at once, and how many looks may be under way for them."""

    connections: int
    looks: int

    @property
    def waiting(self) -> int:
        """How many of the connections may ask for a look: the others are for the pages."""
        return max(1, self.connections // 2)

    @classmethod
    def within(cls, limit: int) -> Places:
        """Take a quarter of what may be open, and an eighth of that for looks; one of each at least."""
        spare = (limit - _RESERVED) // _PER_CHECK
        return cls(max(1, min(_MOST_CONNECTIONS, spare)), max(1, min(_MOST_LOOKS, spare // 8)))

    @property
    def files(self) -> int:
        """How many files they may have open."""
        return self.connections + self.looks * _PER_CHECK


def fitting(wanted: int, limit: int) -> int:
    """Return how many checks may be under way at once if at most `limit` files may be open.

    Raises:
        UnfinishedError: if they are not enough for one.
    """
    most = (limit - _RESERVED) // _PER_CHECK
    if most < 1:
        hint = f"raise the limit on open files (`ulimit -n`) to {_ENOUGH}, or better to 1024"
        raise UnfinishedError("too few files may be open for a single check", hint=hint)
    return min(wanted, most)


def open_files_limit() -> int:
    """Return how many files this process may have open (getrlimit(2)), a very high number if there is no limit."""
    try:
        import resource
    except ImportError:  # Windows has no such thing
        return sys.maxsize
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
