"""What the probes of SQL databases share: their settings, and rows as expressions read them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from tiktoktoe_cli.config.fields import Secret, Text
from tiktoktoe_cli.health.probes.cel_values import cel_value
from tiktoktoe_cli.health.probes.tcp import AddressProbe
from tiktoktoe_cli.transport.settings import TlsSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.health.probes.extra import Answer


UNSAFE_LOGIN: Final = "it asks for the password in clear, which is sent over verified TLS alone"
_READS: Final = re.compile(r"[\s(]*(?:SELECT|SHOW|VALUES|TABLE|WITH)\b", re.IGNORECASE)
_WRITES_FILES: Final = re.compile(r"\b(?:OUTFILE|DUMPFILE)\b", re.IGNORECASE)


def _as_query(query: str) -> str:
    """Accept what reads: a read-only transaction ends with `COMMIT`, and keeps no superuser from `COPY`.

    What is a comment to one database, another one executes: nothing stands before the first word.
    """
    if _READS.match(query) and not _WRITES_FILES.search(query):
        return query
    words = {"hint": "begin it with SELECT, SHOW, VALUES, TABLE or WITH, and write into no file"}
    raise PydanticCustomError("bad-query", "the query is not one that only reads", words)


class DatabaseProbe(AddressProbe):
    """A probe that logs in to a database and makes one query, in a read-only transaction."""

    variables: ClassVar[tuple[str, ...]] = ("rows", "row_count", "version")
    assumed: ClassVar[tuple[str, ...]] = ("connected",)

    username: Text
    """The name of the user."""
    password: Secret | None = None
    """The user's password; best written as `${VARIABLE}` or `${file:PATH}`. It is sent in clear over verified TLS
    alone, whatever a server asks for. The default is none."""
    database: Text = ""
    """The database; the default is the server's choice."""
    tls: TlsSettings | None = None
    """What is trusted and shown over TLS; the default is no TLS."""
    query: Annotated[Text, AfterValidator(_as_query)] = "SELECT 1"
    """One statement that begins with SELECT, SHOW, VALUES, TABLE or WITH; the default is `SELECT 1`. The transaction
    around it is read-only; what a function does beyond its tables, only the user's rights can forbid."""
    max_rows: int = Field(100, ge=1, le=10_000)
    """How many rows are kept; more are cut off, and what is expected of all makes the check degraded at best. 100 by
    default."""

    @property
    def is_private(self) -> bool:
        """Whether nobody but the server can read what is sent: it goes over TLS, and the server is verified."""
        return self.tls is not None and self.tls.verify

    @property
    def secret(self) -> str:
        """The password, empty if there is none."""
        return self.password.get_secret_value() if self.password else ""

    def answer(self, rows: Sequence[Mapping[str, Any]], version: str) -> Answer:
        """Make the answer of rows, of which there may be one too many: it tells that there are more."""
        from tiktoktoe_cli.health.probes.extra import Answer

        kept = [cel_value(row) for row in rows[: self.max_rows]]
        answer = Answer({"rows": kept, "row_count": len(kept), "version": version})
        if len(rows) <= self.max_rows:
            return answer
        remarks = (f"the rows were cut after {self.max_rows}",)
        return replace(answer, remarks=remarks, cut=frozenset({"rows", "row_count"}))
