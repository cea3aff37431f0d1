"""How many checks fit into what the system lets this process have open."""

from __future__ import annotations

import sys
from typing import Final

_PER_CHECK: Final = 4
"""A connection is one file; a program has two pipes and more while it starts, and so have clients of databases."""
_RESERVED: Final = 32
"""For the streams, the loop, the files of the configuration, and what else there is once."""


def fitting(wanted: int, limit: int) -> int:
    """Return how many checks may be under way at once if at most `limit` files may be open; one at least."""
    return max(1, min(wanted, (limit - _RESERVED) // _PER_CHECK))


def open_files_limit() -> int:
    """Return how many files this process may have open (getrlimit(2)), a very high number if there is no limit."""
    try:
        import resource
    except ImportError:  # Windows has no such thing
        return sys.maxsize
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
