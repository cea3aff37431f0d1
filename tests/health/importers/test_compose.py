from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.health.importers.importing import Import, Write, read_back
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from pathlib import Path

PORTS = 'ports: ["8080:80", "127.0.0.1:15432:5432", "${CACHE:-6380}:6379", {target: 50051, published: 9000}, "99"]'


def checked(write: Write, test: str) -> Any:  # a tree
    """Import a service with published ports and one check, and return the check."""
    return Import.of(
        "compose", write("compose.yaml", f"services: {{web: {{{PORTS}, healthcheck: {{test: {test}}}}}}}")
    ).check("web")


def test_imports_real_systems(vectors: Path, tmp_path: Path) -> None:
    """The Compose files of real systems become configurations that our own reader reads without an error."""
    files = sorted((vectors / "graph" / "systems").glob("*compose*"))
    environ = dict.fromkeys(["ENVOY_PORT"], "8080")

    for file in files:
        one = Import.of("compose", file)
        problems = read_back(one.text, tmp_path, environ)

        assert yaml.safe_load(one.text) == one.document, file
        assert {problem.code for problem in problems} <= {"unset-variable"}, file
    assert len(files) == 6


@pytest.mark.parametrize(
    ("test", "probe", "expect"),
    [
        (
            '["CMD", "curl", "-fsS", "http://localhost/health"]',
            {"http": {"url": "http://localhost:8080/health", "follow_redirects": False}},
            "status < 400",
        ),
        (
            "\"curl -kLI -H 'X-A: b' https://127.0.0.1:80/ || exit 1\"",
            {
                "http": {
                    "url": "https://localhost:8080/",
                    "method": "HEAD",
                    "headers": {"X-A": "b"},
                    "tls": {"verify": False},
                    "follow_redirects": True,
                }
            },
            "connected",
        ),
        (
            '["CMD-SHELL", "wget -q --spider http://web:80/up"]',
            {"http": {"url": "http://localhost:8080/up", "method": "HEAD"}},
            "status < 400",
        ),
        ('["CMD-SHELL", "pg_isready -U shop -d shop"]', {"tcp": {"address": "localhost:15432"}}, "connected"),
        ('["CMD", "nc", "-z", "localhost", "80"]', {"tcp": {"address": "localhost:8080"}}, "connected"),
        (
            '["CMD", "redis-cli", "-a", "sesame", "ping"]',
            {"redis": {"address": "localhost:${CACHE:-6380}", "password": "sesame"}},
            'reply == "PONG"',
        ),
        (
            '["CMD", "/bin/grpc_health_probe", "-addr=:50051"]',
            {"grpc": {"address": "localhost:9000"}},
            'status == "SERVING"',
        ),
        (
            '["CMD-SHELL", "echo > /dev/tcp/localhost/80"]',
            {"tcp": {"address": "localhost:8080"}},
            "connected",
        ),
        ('"mysqladmin ping -h 127.0.0.1 -P 5432 -pq"', {"tcp": {"address": "localhost:15432"}}, "connected"),
        (
            '["CMD", "grpc_health_probe", "-addr", "localhost:50051", "-service=s"]',
            {"grpc": {"address": "localhost:9000", "service": "s"}},
            'status == "SERVING"',
        ),
        (
            '["CMD", "bash", "-c", "echo >/dev/tcp/localhost/80"]',
            {"tcp": {"address": "localhost:8080"}},
            "connected",
        ),
    ],
)
def test_recognises_what_everybody_writes(
    write: Write, test: str, probe: dict[str, Any], expect: str
) -> None:
    """A usual command at a published port becomes the probe that asks the same from here."""
    check = checked(write, test)

    assert {key: check[key] for key in probe} == probe
    assert check["expect"] == [expect]


@pytest.mark.parametrize(
    ("test", "arguments"),
    [
        ('["CMD", "curl", "-f", "http://localhost:81/"]', ["curl", "-f", "http://localhost:81/"]),
        ('["CMD", "curl", "--fancy", "http://localhost/"]', ["curl", "--fancy", "http://localhost/"]),
        ('["CMD", "curl", "-f", "http://elsewhere/"]', ["curl", "-f", "http://elsewhere/"]),
        ('["CMD", "nc", "-z", "localhost", "99"]', ["nc", "-z", "localhost", "99"]),
        ('["CMD", "wget", "ftp://localhost/"]', ["wget", "ftp://localhost/"]),
        ('["CMD", "nc", "localhost", "80"]', ["nc", "localhost", "80"]),
        ('["CMD", "nc", "-z", "localhost"]', ["nc", "-z", "localhost"]),
        ('["CMD", "redis-cli", "info"]', ["redis-cli", "info"]),
        ('["CMD", "mysqladmin", "status"]', ["mysqladmin", "status"]),
        ('["CMD", "pg_isready", "--dance"]', ["pg_isready", "--dance"]),
        ('["CMD", "grpc_health_probe", "-tls"]', ["grpc_health_probe", "-tls"]),
        ('"curl \'http://localhost/"', ["sh", "-c", "curl 'http://localhost/"]),
        ('["CMD", "ruby", "alive.rb"]', ["ruby", "alive.rb"]),
        ('"curl -f http://localhost/ | grep UP"', ["sh", "-c", "curl -f http://localhost/ | grep UP"]),
        ('["CMD-SHELL", "test -f /tmp/$$NAME"]', ["sh", "-c", "test -f /tmp/$$NAME"]),
    ],
)
def test_runs_everything_else_where_it_ran_before(write: Write, test: str, arguments: list[str]) -> None:
    """A command of its own, or at a port that is not published, needs the container."""
    check = checked(write, test)

    assert check["exec"] == {"run": ["docker", "compose", "exec", "-T", "web", *arguments]}
    assert "expect" not in check


def test_times_and_retries_are_those_of_docker(write: Write) -> None:
    """Docker's retries are failures in a row until a container is unhealthy: a threshold, not a second try."""
    file = write(
        "compose.yaml",
        """
services:
  a: {healthcheck: {test: [CMD, x], interval: 1m30s, timeout: 3s, retries: 7, start_period: 5s}}
  b: {healthcheck: {test: [CMD, x]}}
""",
    )

    one = Import.of("compose", file)

    a, b = one.check("a"), one.check("b")
    assert (a["interval"], a["timeout"], a["retries"], a["thresholds"]) == (
        "1m30s",
        "3s",
        0,
        {"fail": 7, "pass": 1},
    )
    assert (b["interval"], b["timeout"], b["retries"], b["thresholds"]) == (
        "30s",
        "30s",
        0,
        {"fail": 3, "pass": 1},
    )
    assert "start_period" in " ".join(one.said(RemarkKind.UNTRANSLATED))


def test_dependencies_keep_their_conditions(write: Write) -> None:
    """The short form waits for a start; what no service has is said."""
    file = write(
        "compose.yaml",
        """
services:
  a: {depends_on: [b, c]}
  b:
    depends_on:
      c: {condition: service_healthy, required: false, restart: true}
      d: {condition: service_completed_successfully}
      e: {condition: service_started}
  c: {}
  d: {}
""",
    )

    one = Import.of("compose", file)

    services = one.document["services"]
    assert services["a"]["depends_on"] == {"b": {"condition": "started"}, "c": {"condition": "started"}}
    assert services["b"]["depends_on"] == {
        "c": {"condition": "healthy", "required": False, "restart": True},
        "d": {"condition": "completed_successfully"},
    }
    assert one.said(RemarkKind.CHANGED) == []
    assert "`e`, which is no service" in " ".join(one.said(RemarkKind.UNTRANSLATED))


@pytest.mark.parametrize(
    ("health", "reason"),
    [
        ("{disable: true}", "switched off"),
        ('{test: ["NONE"]}', "switched off"),
        ("{interval: 5s}", "its image's own"),
        ('{test: ["CMD-XYZ", "a"]}', "not known here"),
    ],
)
def test_says_why_there_is_no_check(write: Write, health: str, reason: str) -> None:
    """A check that is switched off, or not in the file, is not made up."""
    one = Import.of("compose", write("compose.yaml", f"services: {{a: {{healthcheck: {health}}}}}"))

    assert one.document["services"] == {"a": {}}
    assert reason in " ".join(one.said(RemarkKind.UNTRANSLATED))


def test_a_later_file_has_the_last_word(write: Write) -> None:
    """As with `docker compose -f a -f b`, as far as health is concerned."""
    first = write("a.yaml", "services: {a: {image: x, healthcheck: {test: [CMD, x], retries: 7}}, b: {}}")
    second = write("b.yaml", "services: {a: {depends_on: [b], healthcheck: {test: [CMD, y]}}}")

    one = Import.of("compose", first, second)

    assert one.check("a")["exec"]["run"][-1] == "y"
    assert one.check("a")["thresholds"]["fail"] == 7
    assert one.document["services"]["a"]["depends_on"] == {"b": {"condition": "started"}}


def test_what_is_not_about_health_is_said_once(write: Write) -> None:
    """A Compose file is about more than health; that this is not read is one remark, and no loss."""
    file = write(
        "compose.yaml", "name: n\nservices: {a: {image: x, ports: []}, b: {image: y, depends_on: 3}}"
    )

    one = Import.of("compose", file)

    (ignored,) = one.said(RemarkKind.IGNORED)
    (lost,) = one.said(RemarkKind.UNTRANSLATED)
    assert "`image`, `ports` and `name`" in ignored
    assert "`depends_on`" in lost
