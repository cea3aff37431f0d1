from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.graph.importers.importing import CHECKED, Import
from tiktoktoe_cli.graph.importers.options import ComposeOptions, ImportOptions
from tiktoktoe_cli.importing.compose.application import Choice
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]


def service(write: Write, text: str) -> Any:  # a tree
    """Import a service, and return it."""
    return Import.of("compose", write("compose.yaml", f"services: {{a: {text}, b: {{}}}}")).services["a"]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{image: 'postgres:16.4'}", {"version": "16.4.0"}),
        ("{image: 'postgres:${V:-17}'}", {"version": "17.0.0"}),
        ("{image: 'postgres:${V}'}", {}),
        ("{image: 'postgres:latest'}", {}),
        ("{scale: 3}", {"replicas": 3}),
        ("{deploy: {replicas: 0}, scale: 3}", {"replicas": 0}),
        ("{deploy: {replicas: '${N:-2}'}}", {"replicas": 2}),
        (
            "{deploy: {resources: {limits: {cpus: '0.50', memory: 50M}, reservations: {cpus: '0.25', memory: 20M}}}}",
            {
                "resources": {
                    "requests": {"cpu": "250m", "memory": "20Mi"},
                    "limits": {"cpu": "500m", "memory": "50Mi"},
                }
            },
        ),
        (
            "{mem_limit: 1g, mem_reservation: 512m, cpus: 1.5}",
            {"resources": {"requests": {"memory": "512Mi"}, "limits": {"cpu": "1500m", "memory": "1Gi"}}},
        ),
        ("{mem_limit: 0, cpus: 0}", {}),
        ("{cpus: 9223372036854775807}", {"resources": {"limits": {"cpu": "9223372036854775807"}}}),
        (
            "{mem_limit: 1g, deploy: {resources: {limits: {memory: 2g}}}}",
            {"resources": {"limits": {"memory": "2Gi"}}},
        ),
        ("{depends_on: [nobody]}", {"depends_on": {"nobody": {"condition": "started"}}}),
        ("{links: [b]}", {"depends_on": {"b": {"condition": "started", "restart": True}}}),
    ],
)
def test_a_service_keeps_what_a_system_is_made_of(write: Write, text: str, made: Any) -> None:
    """Its version, how many there are, what they need, and what they wait for, also where nobody is."""
    assert service(write, text) == made


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{mem_limit: lots}", "`mem_limit`: it is no amount that Docker knows"),
        ("{mem_limit: '${MEM}'}", "`mem_limit`: `${MEM}` has variables that are not known"),
        ("{cpus: 500m}", "`cpus`: it is no amount that Docker knows"),
        ("{mem_limit: 8192p}", "`mem_limit`: it is too large: the most is 2^63 - 1"),
        ("{cpus: 9223372036854775808}", "`cpus`: it is too large: the most is 2^63 - 1"),
        ("{scale: many}", "`scale`: it is no number of containers"),
        ("{deploy: {replicas: 2.5}}", "`deploy.replicas`: it is no number of containers"),
        (
            "{deploy: {resources: {limits: {pids: 5}}}}",
            "`deploy.resources.limits.pids`: it has no counterpart here",
        ),
        ("{deploy: []}", "`deploy`: it is written in an unknown way"),
        ("{depends_on: 5}", "`depends_on`: it is written in an unknown way"),
        ("{environment: 5}", "`environment`: it is written in an unknown way"),
    ],
)
def test_what_is_not_understood_is_told_of_where_it_stands(write: Write, text: str, told: str) -> None:
    """And nothing is made up in its place."""
    one = Import.of("compose", write("compose.yaml", f"services:\n  a: {text}"))

    assert one.services == {"a": {}}
    assert one.said(RemarkKind.UNTRANSLATED) == [told]
    assert one.imported.remarks[0].place.line == 2


def test_everything_else_is_one_remark(write: Write) -> None:
    """Each key once, however many services have it; what begins with `x-` is nobody's business."""
    text = (
        "x-a: 1\nservices: {a: {tty: true, x-b: 1, deploy: {mode: global}}, b: {tty: true}}\nvolumes: {v: {}}"
    )

    one = Import.of("compose", write("compose.yaml", text))

    assert [remark.message for remark in one.imported.remarks] == [
        "only what a system is made of is read, and not `tty`, `deploy.mode` and `volumes`"
    ]


def test_finds_who_is_told_about_whom(write: Write) -> None:
    """By its name, its container's, an alias of its network or of a link; each guess says where it was read."""
    text = """
services:
  a:
    environment: {DB_HOST: postgres-1, CACHE: "redis:6379", QUEUE_URL: "amqp://mq", OLD: "old-db:5432"}
    links: ["db:old-db"]
    command: [serve, --upstream, "http://web:80"]
  db: {container_name: postgres-1}
  cache: {networks: {n: {aliases: [redis]}}}
  mq: {}
  web: {environment: {OWN: "http://web:80", BACKEND: "old-db:5432"}}
"""

    one = Import.of("compose", write("compose.yaml", text))

    assert one.edges("inferred") == {("a", "cache"), ("a", "mq"), ("a", "web")}
    assert one.edges("both") == {("a", "db")}
    assert one.services["a"]["depends_on"]["cache"] == {"kind": "runtime", "evidence": "inferred"}
    assert one.said(RemarkKind.INFERRED) == [
        "`a` calls `cache`, as its variable `CACHE` says",
        "`a` calls `mq`, as its variable `QUEUE_URL` says",
        "`a` calls `web`, as its command says",
    ]
    assert {remark.place.line for remark in one.imported.remarks if remark.at[-1:] == ("cache",)} == {4}


def test_infers_nothing_if_nobody_wants_it(write: Write) -> None:
    """Then variables and commands are not read, and that is said."""
    text = "services: {a: {environment: {DB_HOST: b}, command: x}, b: {}}"

    one = Import.of("compose", write("compose.yaml", text), options=ImportOptions(infer=False))

    assert one.edges() == set()
    assert one.said(RemarkKind.IGNORED) == [
        "only what a system is made of is read, and not `environment` and `command`"
    ]


def test_a_secret_is_read_and_never_shown(write: Write) -> None:
    """An address may hold a password: the remark names the variable, and the document has neither."""
    write(".env", "DB_PASSWORD=sesame")
    text = "services: {a: {environment: ['DB=postgres://u:${DB_PASSWORD}@db:5432/x']}, db: {}}"

    one = Import.of("compose", write("compose.yaml", text))

    assert one.edges("inferred") == {("a", "db")}
    assert "sesame" not in one.text


def test_a_profile_is_a_tag(write: Write) -> None:
    """Whoever is only there with one can be selected by it; who is not there is still depended on."""
    text = "services: {a: {profiles: [dev], depends_on: [b]}, b: {profiles: [debug]}}"

    options = ImportOptions(compose=ComposeOptions(Choice(profiles=frozenset({"dev"}))))
    one = Import.of("compose", write("compose.yaml", text), options=options)

    assert one.services == {"a": {"tags": ["dev"], "depends_on": {"b": {"condition": "started"}}}}


@pytest.mark.parametrize(
    ("text", "name", "system"),
    [
        ("name: shop", None, "shop"),
        ("name: shop", "other", "other"),
        ("name: '${N}'", None, None),
        ("", "a$b", "a$$b"),
    ],
)
def test_the_system_is_called_as_it_is_called(
    write: Write, text: str, name: str | None, system: str | None
) -> None:
    """By its own name if it has one that is known, and as somebody wants it called before that."""
    one = Import.of("compose", write("compose.yaml", f"{text}\nservices: {{}}"), options=ImportOptions(name))

    assert one.imported.document.get("system") == system


def test_the_checks_of_containers_come_with_them(write: Write) -> None:
    """Otherwise nobody could tell who waits for what; what the check cannot say is told of once."""
    text = """
services:
  a: {depends_on: {b: {condition: service_healthy}}}
  b: {ports: ["8080:80"], healthcheck: {test: [CMD, curl, -f, "http://localhost/"], start_period: 1s}}
"""

    one = Import.of("compose", write("compose.yaml", text), options=CHECKED)

    (check,) = one.services["b"]["health"]
    assert check["http"]["url"] == "http://localhost:8080/"
    assert [words.partition(":")[0] for words in one.said(RemarkKind.UNTRANSLATED)] == [
        "`healthcheck.start_period`"
    ]
    assert "healthcheck" not in " ".join(one.said(RemarkKind.IGNORED))
