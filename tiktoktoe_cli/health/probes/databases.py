"""What the probes of SQL databases share: their settings, and rows as expressions read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from tiktoktoe_cli.config.fields import Secret, Text
from tiktoktoe_cli.health.probes.cel_values import cel_value
from tiktoktoe_cli.health.probes.tcp import AddressProbe
from tiktoktoe_cli.transport.settings import TlsSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tiktoktoe_cli.health.probes.extra import Answer


class DatabaseProbe(AddressProbe):
    """A probe that logs in to a database and makes one query, in a transaction that can change nothing."""

    variables: ClassVar[tuple[str, ...]] = ("rows", "row_count", "version")
    assumed: ClassVar[tuple[str, ...]] = ("connected",)

    username: Text
    """The name of the user."""
    password: Secret | None = None
    """The user's password; best written as `${VARIABLE}` or `${file:PATH}`. The default is none."""
    database: Text = ""
    """The database; the default is the server's choice."""
    tls: TlsSettings | None = None
    """What is trusted and shown over TLS; the default is no TLS."""
    query: Annotated[Text, Field(min_length=1)] = "SELECT 1"
    """One statement that gives rows; the default is `SELECT 1`. The transaction around it is read-only."""
    max_rows: int = Field(100, ge=1, le=10_000)
    """How many rows are kept; more are cut off. 100 by default."""

    @property
    def secret(self) -> str:
        """The password, empty if there is none."""
        return self.password.get_secret_value() if self.password else ""

    def answer(self, rows: Sequence[Mapping[str, Any]], version: str) -> Answer:
        """Make the answer of rows, of which there may be one too many: it tells that there are more."""
        from tiktoktoe_cli.health.probes.extra import Answer

        kept = [cel_value(row) for row in rows[: self.max_rows]]
        remarks = (f"the rows were cut after {self.max_rows}",) if len(rows) > self.max_rows else ()
        return Answer({"rows": kept, "row_count": len(kept), "version": version}, remarks)
