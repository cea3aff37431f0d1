"""The mysql probe: one login and one query, to MySQL or MariaDB."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final

from tiktoktoe_cli.config.units import NS_PER_MS, NS_PER_S
from tiktoktoe_cli.health.probes.databases import UNSAFE_LOGIN, DatabaseProbe
from tiktoktoe_cli.transport import FailureReason, TlsFault

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

    import pymysql

    from tiktoktoe_cli.health.observation import Failure, Observation
    from tiktoktoe_cli.health.probes.extra import Answer, Look
    from tiktoktoe_cli.health.probes.outside import Outside

# https://dev.mysql.com/doc/mysql-errors/8.4/en/ and https://mariadb.com/kb/en/mariadb-error-code-reference/
_LOGIN_ERRORS: Final = frozenset({1044, 1045, 1142, 1227, 1251, 1698, 3118, 3159, 4151})
# of MariaDB's max_statement_time and MySQL's max_execution_time
_LATE_ERRORS: Final = frozenset({1969, 3024})
_NO_TLS_THERE: Final = 2026
_CLIENT_ERRORS: Final = range(2000, 3000)
_NONSENSE: Final = (struct.error, LookupError, ValueError, TypeError, AttributeError, AssertionError)
"""What the client stumbles over where an answer is none: it trusts what it reads."""


_CLEAR_PLUGINS: Final = ("mysql_clear_password", "dialog")


class _ClearPasswordError(Exception):
    """The server asks for the password in clear, over a connection that others may read."""


class _Refusal:
    """What the client is given in place of a way to log in."""

    def __init__(self, _connection: object) -> None:
        """Take what the client hands over."""

    def authenticate(self, _packet: object) -> None:
        """Send nothing."""
        raise _ClearPasswordError


class MysqlProbe(DatabaseProbe):
    """Log in to MySQL or MariaDB, and make one query.

    Variables: rows (a list of maps by column), row_count and version; timing has dns, connect, ttfb (until the last
    row, with TLS and the login) and total. A login or a right that is refused is the failure `auth`, any other error
    of the server `rejected`.
    """

    late: ClassVar[tuple[str, ...]] = ("tiktoktoe_cli.health.probes.extra", "pymysql.cursors")

    async def observe(self, timeout_ns: int, outside: Outside) -> Observation:
        """Connect, log in, make the query, and observe its rows."""
        from tiktoktoe_cli.health.probes.extra import Look

        async def ask(look: Look) -> Answer | Failure:
            return await self._ask(look, outside)

        return await Look("MySQL's protocol", self.address, timeout_ns, outside).run(ask)

    async def _ask(self, look: Look, outside: Outside) -> Answer | Failure:
        import pymysql

        from tiktoktoe_cli.transport.phases import Phase

        request = self.request()
        name = (request.tls and request.tls.server_name) or request.host
        client = self._client(name, look.context(request.tls))
        with await look.connect(request.host, request.port) as connection:
            look.begin(Phase.TTFB)
            try:
                work = outside.in_thread(lambda: self._work(client, connection, look), look.left_ns)
                answer = self.answer(*await work)
            except _ClearPasswordError:
                return look.refusal(UNSAFE_LOGIN, of_access=True)
            except pymysql.MySQLError as error:
                return _explain(error, look)
            except OSError:  # the look's own; one about a certificate is also a `ValueError`
                raise
            except _NONSENSE:
                return look.nonsense()
            finally:
                with suppress(
                    OSError
                ):  # the thread waits for nothing but this connection, of which it has a copy
                    connection.shutdown(socket.SHUT_RDWR)
            look.end()
            return answer

    def _client(self, server_name: str, context: ssl.SSLContext | None) -> pymysql.Connection[Any]:
        import pymysql
        from pymysql.cursors import DictCursor

        refused: dict[str, Any] = {} if self.is_private else dict.fromkeys(_CLEAR_PLUGINS, _Refusal)
        return pymysql.Connection(
            host=server_name,
            user=self.username,
            password=self.secret.encode(),  # a text would be sent in Latin-1
            database=self.database or None,
            charset="utf8mb4",
            ssl=context,
            ssl_disabled=context is None,
            auth_plugin_map=refused,
            cursorclass=DictCursor,
            defer_connect=True,
        )

    def _work(
        self, client: pymysql.Connection[Any], connection: socket.socket, look: Look
    ) -> tuple[list[dict[str, Any]], str]:
        """Log in over a connection, and make the query; it blocks, for as long as there is a connection."""
        with connection.dup() as own:
            own.setblocking(True)
            client.connect(own)
            with client, client.cursor() as cursor:
                version = str(client.get_server_info())  # type: ignore[no-untyped-call]  # the stubs leave it out
                for statement in _preparations(version, look.left_ns, self.max_rows + 1):
                    cursor.execute(statement)
                cursor.execute(self.query)
                return list(cursor.fetchall()), version


def _preparations(version: str, left_ns: int, rows: int) -> Iterator[str]:
    """Write the statements that keep the server from working on, sending too much, and changing anything."""
    if "mariadb" in version.lower():
        yield f"SET SESSION max_statement_time = {left_ns / NS_PER_S}"
    else:
        yield f"SET SESSION max_execution_time = {left_ns // NS_PER_MS}"
    yield f"SET SESSION sql_select_limit = {rows}"
    # not only for one transaction: a statement that changes a table's definition ends that, and goes on without it
    yield "SET SESSION TRANSACTION READ ONLY"


def _explain(error: pymysql.MySQLError, look: Look) -> Failure:
    """Tell what the server said from what happened on the way to it."""
    from tiktoktoe_cli.transport.foreign import Diagnosis, diagnose

    code, words = error.args if len(error.args) > 1 else (None, str(error))
    if code in _LATE_ERRORS:
        raise TimeoutError
    if code == _NO_TLS_THERE:
        return look.explain(Diagnosis(FailureReason.TLS, "it offers none", TlsFault.NOT_TLS))
    if code in _CLIENT_ERRORS:
        return look.explain(diagnose(error) or Diagnosis(FailureReason.CLOSED))
    if code is None:
        return look.nonsense()
    return look.refusal(str(words), of_access=code in _LOGIN_ERRORS)
