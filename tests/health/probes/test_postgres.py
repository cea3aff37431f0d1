"""What PostgreSQL has beside what both SQL databases promise."""

from __future__ import annotations

import asyncio
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.health.probes.looking import SECOND, failure_of, look, looked
from tests.health.probes.servers_databases import PASSWORD
from tests.transport.servers import stay_silent
from tiktoktoe_cli.expressions import Duration
from tiktoktoe_cli.health.probes.postgres import PostgresProbe

if TYPE_CHECKING:
    from tests.health.probes.servers_databases import Server


def test_a_query_that_never_ends_is_left_quietly(caplog: pytest.LogCaptureFixture) -> None:
    """At the limit the connection is dropped; nothing is asked of the server any more, and nothing written down."""

    def message(kind: bytes, content: bytes = b"") -> bytes:
        return kind + struct.pack("!i", len(content) + 4) + content

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        key = message(b"K", struct.pack("!ii", 1, 2))
        utf8 = message(b"S", b"client_encoding\0UTF8\0")
        writer.write(message(b"R", bytes(4)) + utf8 + key + message(b"Z", b"I"))
        await reader.read(1000)
        writer.write(message(b"C", b"BEGIN\0") + message(b"C", b"SET\0") + message(b"Z", b"T"))
        await reader.read(1000)
        column = struct.pack("!h", 1) + b"a\0" + struct.pack("!ihihih", 0, 0, 25, -1, -1, 0)
        writer.write(message(b"1") + message(b"2") + message(b"T", column))
        await stay_silent(reader, writer)

    seen = looked(PostgresProbe, behave, timeout_ns=SECOND // 2, username="u")

    assert failure_of(seen) == "timeout"
    assert seen.timing.total_ns < SECOND
    assert caplog.records == []


def test_an_interval_is_a_duration(postgres: Server) -> None:
    """What PostgreSQL alone knows has a type as well: spans, documents, lists, addresses."""
    query = """SELECT interval '90 s' AS i, '{"a": [1]}'::jsonb AS j, ARRAY[1, 2] AS l, inet '::1' AS ip"""

    seen = asyncio.run(look(PostgresProbe, **postgres.settings(query=query)))

    ninety = Duration(90 * SECOND)
    assert seen.values["rows"] == [{"i": ninety, "j": {"a": [1]}, "l": [1, 2], "ip": "::1"}]


@pytest.mark.parametrize("query", ["SELECT 1 INTO TEMP made", "SELECT 'infinity'::timestamptz"])
def test_what_gives_no_readable_rows(postgres: Server, query: str) -> None:
    """A statement without a result, and a value that Python cannot hold, are errors and break nothing."""
    seen = asyncio.run(look(PostgresProbe, **postgres.settings(query=query)))

    assert failure_of(seen) == "rejected"


@pytest.mark.parametrize(
    "environ",
    [
        {"PGPASSWORD": PASSWORD},
        {"PGOPTIONS": "-c search_path=nowhere"},
        {"PGSSLMODE": "verify-full"},
        {"PGCONNECT_TIMEOUT": "x"},
    ],
    ids=lambda environ: next(iter(environ)),
)
def test_the_environment_does_not_count(postgres: Server, environ: dict[str, str]) -> None:
    """What libpq would find there changes nothing: neither is a password taken, nor a query changed."""
    settings = postgres.settings(query="SHOW search_path")
    if "PGPASSWORD" in environ:
        del settings["password"]
    code = f"""
import asyncio
from tests.health.probes.looking import look
from tiktoktoe_cli.health.probes.postgres import PostgresProbe
seen = asyncio.run(look(PostgresProbe, **{settings!r}))
print(seen.failure.reason if seen.failure else seen.values["rows"][0]["search_path"])
"""

    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environ},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )

    expected = "auth" if "PGPASSWORD" in environ else '"$user", public'
    assert (done.stdout.strip(), done.stderr) == (expected, "")
