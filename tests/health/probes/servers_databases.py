"""PostgreSQL, MariaDB and Redis on the loopback, each with a user, a password and TLS."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.health.probes.servers_daemon import found, home
from tests.transport.servers import closed_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    import trustme

    from tests.transport.conftest import Certificates

USER = "checker"
PASSWORD = "sésame-42"  # noqa: S105  # of a server that lives as long as the tests
_DATABASE = "shop"


@dataclass(frozen=True)
class Server:
    """A running server: its port, and another one where it speaks TLS only if it has such a port."""

    port: int
    login: dict[str, Any]
    tls_port: int = 0

    def settings(self, **more: Any) -> dict[str, Any]:
        """Write the settings of a probe that may come in."""
        return {"address": f"127.0.0.1:{self.port}", **self.login, **more}

    def encrypted(self, **more: Any) -> dict[str, Any]:
        """Write the settings of a probe that comes over TLS."""
        return self.settings(**{"address": f"127.0.0.1:{self.tls_port or self.port}", **more})


@contextmanager
def running_postgres(authority: trustme.CA) -> Iterator[Server]:
    """Run PostgreSQL; its only user is the checker."""
    initdb, postgres = found("initdb", "postgresql"), found("postgres", "postgresql")
    with home("postgres") as place:
        password = place.write("password", PASSWORD.encode())
        data = str(place.folder / "data")
        place.run(
            *(initdb, "-D", data, "-U", USER, "--pwfile", str(password), "-A", "scram-sha-256"),
            *("--no-sync", "--encoding=UTF8", "--locale=C"),
        )
        certificate = place.write("server.pem", _certificate(authority))
        port = closed_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "fsync": "off",
            "ssl": "on",
            "ssl_cert_file": str(certificate),
            "ssl_key_file": str(certificate),
        }
        arguments = [f"--{key}={value}" for key, value in options.items()]
        with place.serving(port, postgres, "-D", data, "-p", str(port), *arguments):
            yield Server(port, {"username": USER, "password": PASSWORD, "database": "postgres"})


@contextmanager
def running_mariadb(authority: trustme.CA) -> Iterator[Server]:
    """Run MariaDB with a user who may do all."""
    install = found("mariadb-install-db", "mariadb-server")
    mariadbd = found("mariadbd", "mariadb-server")
    with home("mysql") as place:
        data = place.folder / "data"
        place.run(
            *(install, "--no-defaults", f"--datadir={data}", "--skip-test-db"),
            "--auth-root-authentication-method=normal",
        )
        certificate = place.write("server.pem", _certificate(authority))
        begin = place.write(
            "begin.sql",
            f"CREATE DATABASE {_DATABASE};\n"
            f"CREATE USER {USER} IDENTIFIED BY '{PASSWORD}';\n"
            f"GRANT ALL ON *.* TO {USER};\n".encode(),
        )
        port = closed_port()
        options = {
            "datadir": data,
            "port": port,
            "bind-address": "127.0.0.1",
            "socket": place.folder / "socket",
            "pid-file": place.folder / "pid",
            "init-file": begin,
            "ssl-cert": certificate,
            "ssl-key": certificate,
            "character-set-server": "utf8mb4",
            "innodb-flush-log-at-trx-commit": 0,
        }
        arguments = [f"--{key}={value}" for key, value in options.items()]
        with place.serving(port, mariadbd, "--no-defaults", *arguments):
            yield Server(port, {"username": USER, "password": PASSWORD, "database": _DATABASE})


@contextmanager
def running_redis(authority: trustme.CA) -> Iterator[Server]:
    """Run Redis with a password for all, and a user who may nothing but PING."""
    program = found("redis-server", "redis-server")
    with home("redis") as place:
        certificate = place.write("server.pem", _certificate(authority))
        port, tls_port = closed_port(), closed_port()
        options = {
            "port": port,
            "tls-port": tls_port,
            "bind": "127.0.0.1",
            "tls-cert-file": certificate,
            "tls-key-file": certificate,
            "tls-ca-cert-file": certificate,
            "tls-auth-clients": "no",
            "requirepass": PASSWORD,
            "dir": place.folder,
            "save": "",
        }
        lines = [f'{key} "{value}"' for key, value in options.items()]
        lines.append(f'user {USER} on ">{PASSWORD}" -@all +ping')
        configuration = place.write("redis.conf", "\n".join(lines).encode())
        with place.serving(port, program, str(configuration)):
            yield Server(port, {"password": PASSWORD}, tls_port)


def _certificate(authority: trustme.CA) -> bytes:
    return authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.bytes()


@pytest.fixture(scope="session")
def postgres(certificates: Certificates) -> Iterator[Server]:
    """Run PostgreSQL for as long as tests need it."""
    with running_postgres(certificates.authority) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb(certificates: Certificates) -> Iterator[Server]:
    """Run MariaDB for as long as tests need it."""
    with running_mariadb(certificates.authority) as server:
        yield server


@pytest.fixture(scope="session")
def redis_server(certificates: Certificates) -> Iterator[Server]:
    """Run Redis for as long as tests need it."""
    with running_redis(certificates.authority) as server:
        yield server
