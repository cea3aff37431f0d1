"""What SQLite and the system say when a history cannot be used → errors for the user."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ELSEWHERE: Final = "name a file in a folder that you may write to"
_AFRESH: Final = "name another file, or delete this one to start afresh"
_DAMAGED: Final = "it is damaged"
_PRIMARY: Final = 0xFF  # SQLite's extended result codes tell more in the bits above (sqlite.org/rescode.html)
_WRONG_FILE: Final = {
    sqlite3.SQLITE_NOTADB: ("it is no SQLite database", _AFRESH),
    sqlite3.SQLITE_CORRUPT: (_DAMAGED, _AFRESH),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", _ELSEWHERE),
    sqlite3.SQLITE_READONLY: ("it is read-only", _ELSEWHERE),
    sqlite3.SQLITE_PERM: ("permission denied", _ELSEWHERE),
}
_NOT_NOW: Final = {
    sqlite3.SQLITE_BUSY: (
        "another run does not let go of it",
        "wait until that has ended, or name another file",
    ),
    sqlite3.SQLITE_FULL: ("no space left", "free some space, or name a file elsewhere"),
}


@contextmanager
def told_to_the_user(path: Path) -> Iterator[None]:
    """Say in the user's words why a history cannot be used.

    Raises:
        UsageError: if it is the wrong file or the wrong folder.
        UnfinishedError: if it might work at another time.
    """
    message = f"cannot use `{path}` as the history"
    try:
        yield
    except OSError as error:
        raise UsageError(f"{message}: {reason_of(error)}", hint=_ELSEWHERE) from None
    except (TypeError, ValueError):  # in SQLite, a text may stand where a number should
        raise UsageError(f"{message}: {_DAMAGED}", hint=_AFRESH) from None
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY
        if code in _WRONG_FILE:
            reason, hint = _WRONG_FILE[code]
            raise UsageError(f"{message}: {reason}", hint=hint) from None
        reason, hint = _NOT_NOW.get(code, (str(error), _AFRESH))
        raise UnfinishedError(f"{message}: {reason}", hint=hint) from None
