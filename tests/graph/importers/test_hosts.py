from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.graph.importers.hosts import hosts_in, hosts_in_arguments
from tiktoktoe_cli.importing.compose.variables import HOLE

SERVICES = {"redis", "db", "kafka", "web", "quote", "a-b", "my_db", "node", "8080"}


def named(name: str, text: str) -> set[str]:
    """List the services that a variable names."""
    return SERVICES & set(hosts_in(name, text))


@pytest.mark.parametrize(
    ("name", "text", "services"),
    [
        ("QUOTE_ADDR", "http://quote:8080", {"quote"}),
        ("X", "http://quote", {"quote"}),
        ("X", f"http://quote:{HOLE}/path", {"quote"}),
        ("DATABASE", "postgres://user:pass@db:5432/x?sslmode=disable", {"db"}),
        ("DATABASE", "postgres://user:p@ss@my_db/x", {"my_db"}),
        ("MONGO", "mongodb://db:27017,redis:27017/x", {"db", "redis"}),
        ("KAFKA_LISTENERS", "PLAINTEXT://kafka:9092,CONTROLLER://kafka:9093", {"kafka"}),
        ("VOTERS", "1@kafka:9093", {"kafka"}),
        ("SPRING", "jdbc:mysql://db:3306/x", {"db"}),
        ("DSN", "user:pass@tcp(db:3306)/x", {"db"}),
        ("CACHE", "redis:6379", {"redis"}),
        ("CACHE", "redis:6379/0", {"redis"}),
        ("CACHE", f"redis:{HOLE}", {"redis"}),
        ("SEVERAL", "redis:6379, db:5432;a-b:80", {"redis", "db", "a-b"}),
        ("REDIS_HOST", "redis", {"redis"}),
        ("IMAGE_PROVIDER_HOST", "web", {"web"}),
        ("PGHOST", "db", {"db"}),
        ("ES_SEEDS", "db,redis", {"db", "redis"}),
        ("spring.redis.host", "redis", {"redis"}),
        ("DB_HOST_1", "db", {"db"}),
        ("SMTP_HOST", "web:25", {"web"}),
        ("ConnectionStrings__Db", "Host=db;Port=5432;Username=x", {"db"}),
        ("JAVA_OPTS", "-Dredis.host=redis -Dx=y", {"redis"}),
        ("CONNINFO", "host=db port=5432 dbname=web", {"db"}),
    ],
)
def test_finds_hosts(name: str, text: str, services: set[str]) -> None:
    """In addresses, with a port, or alone where a name says what it is."""
    assert named(name, text) == services


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(
            ("POSTGRES_DB", "web"),
            ("SESSION_DRIVER", "redis"),
            ("QUEUE_CONNECTION", "redis"),
            ("SERVICE", "web"),
        ),
        *(
            ("OTEL_SERVICE_NAME", "web"),
            ("PORT", "8080"),
            ("DB_PORT", "8080"),
            ("X", "web"),
            ("ROLE", "node"),
        ),
        *(
            ("REDIS_IMAGE", "redis:8000"),
            ("IMAGE", "docker.io/redis:8000"),
            ("X", "docker.io/library/redis:8000"),
        ),
        *(("X", "postgres/redis:8000"), ("X", "redis:7"), ("BASE", "node:22"), ("WEIGHTS", "db:3,redis:4")),
        *(("CORS_ORIGINS", "http://web:8080"), ("CORS_ORIGIN_URL", "http://web"), ("NO_PROXY", "db,redis")),
        *(
            ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka:9092"),
            ("VIRTUAL_HOST", "web"),
            ("AUTH", "redis:secret"),
        ),
        *(
            ("X", f"{HOLE}redis:6379"),
            ("X", f"http://{HOLE}redis:80"),
            ("X", "my-redis:6379"),
            ("X", "redis.io:6379"),
        ),
        *(
            ("X", "http://redis.example.org"),
            ("X", "xdb:5432"),
            ("X", "db:5432:x"),
            ("X", "/data/db:5432"),
            ("X", ""),
        ),
        *(("X", "http://"), ("X", "a=web"), ("MODE_SERVERLESS", "web"), ("LOG", "web:debug")),
    ],
)
def test_makes_no_host_of_other_words(name: str, text: str) -> None:
    """A port, a common word, an image, a list of who may call: a wrong guess costs more than none."""
    assert named(name, text) == set()


@pytest.mark.parametrize(
    ("arguments", "services"),
    [
        (["--db-host=db", "--verbose"], {"db"}),
        (["--db-host", "db"], {"db"}),
        (["serve", "--upstream", "http://web:80"], {"web"}),
        (["wait-for-it.sh", "db:5432", "--", "run"], {"db"}),
        (["sh", "-c", "until nc -z db 5432; do sleep 1; done"], {"db"}),
        (["sh", "-c", "until nc -z -w 2 db 5432; do sleep 1; done"], {"db"}),
        (["sh", "-c", "until nslookup redis; do sleep 2; done"], {"redis"}),
        (["pg_isready", "-h", "db", "-U", "x"], {"db"}),
        (["run", "web", "node", "redis"], set()),
        (["--name", "web", "--port=8080"], set()),
        ([], set()),
    ],
)
def test_finds_hosts_in_arguments(arguments: list[str], services: set[str]) -> None:
    """In options that say so, in addresses, and behind programs that wait."""
    assert SERVICES & set(hosts_in_arguments(arguments)) == services


@given(st.text("adbDB_.:/@=,-&(;1 \ufffc\n'", max_size=40), st.text("HOSTimage_.1", max_size=8))
def test_any_text_is_read(text: str, name: str) -> None:
    """Nothing fails, whatever somebody writes; what is found stands in it."""
    assert all(host in text for host in hosts_in(name, text))


def test_a_long_text_takes_no_longer_than_it_should() -> None:
    """Patterns do not go back and forth over a key of a million letters."""
    for text in (
        "a" * 1_000_000,
        "a." * 500_000,
        "a=" * 500_000,
        "nc -" * 250_000,
        "://" * 300_000,
        " -h" * 300_000,
    ):
        assert not SERVICES & set(hosts_in("X_HOST", text))
        assert not SERVICES & set(hosts_in_arguments([text]))
