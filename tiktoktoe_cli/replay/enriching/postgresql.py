"""Rows of a PostgreSQL database, which is only read; the server makes JSON of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import finalize

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay.enriching.source import Failed, Source, row_of
from tiktoktoe_cli.transport.addresses import split_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

    from tiktoktoe_cli.replay.enriching.source import Answer, Around
    from tiktoktoe_cli.replay.settings.enrichment import LookupSettings, PostgresqlSettings

_PORT = 5432
_ROW = "tiktoktoe_row"


class PostgresqlSource(Source):
    """Asks a database with a query that has one `%s`, for the key. It is connected to at the first question.

    A connection that was lost is opened again for the next keys.

    Raises:
        UsageError: psycopg is not installed.
    """

    def __init__(self, settings: PostgresqlSettings) -> None:
        try:
            import psycopg  # noqa: F401  # whether it is there
        except ImportError:
            hint = "run `pip install 'tiktoktoe-cli[postgresql]'`"
            raise UsageError("a lookup in PostgreSQL needs the package `psycopg`", hint=hint) from None
        self._settings = settings
        # a name that no column has, and a line of its own for what follows a comment
        query = f"SELECT row_to_json({_ROW})::text FROM ({settings.query}\n) {_ROW}"  # noqa: S608  # it is the user's own
        self._query = query.encode()
        self._connection: psycopg.Connection[Any] | None = None  # Any: rows of one column

    def find(self, keys: Sequence[str]) -> list[Answer]:
        """Answer for each of some different keys; where the connection is lost, those that are left have no answer."""
        import psycopg

        try:
            connection = self._connected()
        except psycopg.Error as error:
            return [_failed(error)] * len(keys)
        try:
            with connection.pipeline():
                cursors = [connection.execute(self._query, (key,)) for key in keys]
            return [_answer(cursor.fetchmany(2)) for cursor in cursors]
        except (psycopg.Error, UnicodeEncodeError) as error:
            if connection.closed:
                return [_failed(error)] * len(keys)
            return self._one_by_one(connection, keys)  # one that fails lets those after it fail

    def _one_by_one(
        self, connection: psycopg.Connection[Any], keys: Sequence[str]
    ) -> list[Answer]:  # as above
        import psycopg

        answers: list[Answer] = []
        for key in keys:
            try:
                answers.append(_answer(connection.execute(self._query, (key,)).fetchmany(2)))
            except (psycopg.Error, UnicodeEncodeError) as error:
                if connection.closed:
                    return answers + [_failed(error)] * (len(keys) - len(answers))
                answers.append(_failed(error))
        return answers

    def _connected(self) -> psycopg.Connection[Any]:
        import psycopg

        if self._connection is None or self._connection.closed:
            settings = self._settings
            timeout_ms = max(settings.timeout // NS_PER_MS, 1)  # 0 would be none
            host, port = split_address(settings.address) or (settings.address, _PORT)
            self._connection = psycopg.connect(
                host=host,
                port=port,
                user=settings.username,
                password=settings.password.get_secret_value() if settings.password else None,
                dbname=settings.database or settings.username,
                sslmode=settings.sslmode,
                connect_timeout=max(settings.timeout // NS_PER_S, 1),
                options=f"-c default_transaction_read_only=on -c statement_timeout={timeout_ms}",
                application_name="tiktoktoe",
                autocommit=True,
            )
            finalize(self, self._connection.close)
        return self._connection


def _answer(rows: Sequence[tuple[Any, ...]]) -> Answer:  # Any: JSON as text
    import orjson

    if len(rows) > 1:
        return Failed("the query gives more than one row")
    try:
        return row_of(orjson.loads(rows[0][0])) if rows else None
    except orjson.JSONDecodeError as error:
        return Failed(f"the row cannot be read: {error}")


def _failed(error: Exception) -> Failed:
    """Say in one line what the server, or the way to it, has against it."""
    return Failed(f"the database did not answer: {' '.join(str(error).split())}")


def build(lookup: LookupSettings, _around: Around) -> PostgresqlSource:
    """Make the source; nothing is connected yet."""
    assert lookup.postgresql is not None, "it is the kind of this source"  # noqa: S101  # states an invariant
    return PostgresqlSource(lookup.postgresql)
