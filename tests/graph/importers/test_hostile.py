from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.graph.importers.importing import CHECKED, Import
from tests.health.importers.importing import read_back
from tiktoktoe_cli.errors import ConfigError, UsageError
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[str, str], str]

NAMES = (
    *(
        "end",
        "graph",
        "style",
        "class",
        "call",
        "constructor",
        "__proto__",
        "on",
        "NO",
        "null",
        "~",
        "true",
        "1",
        "010",
    ),
    *(
        "1.10",
        "1e3",
        "0x1F",
        "22:22",
        "2026-01-01",
        "a-b",
        "a.b",
        "a_b",
        "a b",
        " a",
        "a ",
        "a:b",
        "a: b",
        "#a",
        "<<",
    ),
    *(
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a`",
        "'a'",
        '"a"',
        "a\\b",
        "a/b",
        "${A}",
        "$$",
        "\u202eabc",
        "\x1b[31mred",
    ),
    *("\U000e0041", "é", "日本", "🚀", "a\nb", "x-y", "x" * 300, "version", "services", "depends_on"),
)
KEYS = (
    *(
        "image",
        "depends_on",
        "environment",
        "env_file",
        "links",
        "network_mode",
        "volumes_from",
        "deploy",
        "scale",
    ),
    *(
        "mem_limit",
        "cpus",
        "mem_reservation",
        "profiles",
        "healthcheck",
        "extends",
        "command",
        "entrypoint",
        "labels",
    ),
    *(
        "container_name",
        "networks",
        "ports",
        "resources",
        "limits",
        "reservations",
        "memory",
        "replicas",
        "condition",
    ),
    *(
        "test",
        "interval",
        "retries",
        "aliases",
        "a",
        "b",
        "service",
        "file",
        "path",
        "required",
        "restart",
        "<<",
        "x-a",
    ),
    *(
        "metadata",
        "name",
        "namespace",
        "spec",
        "template",
        "containers",
        "initContainers",
        "env",
        "value",
        "args",
    ),
    *(
        "valueFrom",
        "configMapKeyRef",
        "envFrom",
        "configMapRef",
        "requests",
        "cpu",
        "selector",
        "data",
        "items",
    ),
)
WORDS = (
    *(
        "a",
        "b",
        "c",
        "service_healthy",
        "service:b",
        "container:x",
        "b:alias",
        "512M",
        "1.5g",
        "0.5",
        "-1",
        "many",
    ),
    *(
        "${X}",
        "${X:-b}",
        "${X:?no}",
        "$$x",
        "${",
        "http://b:8080",
        "b:6379",
        "CMD",
        "NONE",
        "curl http://localhost",
    ),
    *(
        "A=b",
        "B_HOST=b",
        "1Gi",
        "100m",
        "until nc -z b 80; do sleep 1; done",
        "base.yaml",
        "postgres:16.4",
        "1m",
        "soon",
    ),
)
SCALARS = (
    st.sampled_from(WORDS) | st.integers(-2, 10**7) | st.booleans() | st.none() | st.floats(allow_nan=False)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=5),
    max_leaves=25,
)
COMPOSE = st.dictionaries(
    st.sampled_from(("a", "b", "c")), TREES | st.dictionaries(st.sampled_from(KEYS), TREES)
)
KINDS = ("Deployment", "CronJob", "Pod", "Service", "ConfigMap", "List", "StatefulSet", "DaemonSet", "Thing")
CONTAINERS = st.lists(st.dictionaries(st.sampled_from(KEYS), TREES, max_size=6), max_size=3)


@st.composite
def manifests(draw: st.DrawFn) -> dict[str, Any]:  # YAML
    """Draw an object of Kubernetes that is nearly one."""
    spec = (
        draw(TREES)
        if draw(st.booleans())
        else {"containers": draw(CONTAINERS), "initContainers": draw(CONTAINERS)}
    )
    return {
        "apiVersion": draw(st.sampled_from(("v1", "apps/v1", "x.example.org/v1", 1))),
        "kind": draw(st.sampled_from(KINDS)),
        "metadata": draw(TREES | st.just({"name": draw(st.sampled_from("ab"))})),
        "spec": draw(TREES | st.just({"template": {"spec": spec}, "selector": {"a": "b"}})),
    }


def read_without_mistakes(one: Import, folder: Path) -> None:
    """Whatever was imported is a configuration, but for variables that nobody has set."""
    codes = {problem.code for problem in read_back(one.text, folder, {})}

    assert codes <= {"unset-variable", "interpolation-syntax"}, one.text


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_service_survives(name: str, write: Write, tmp_path: Path) -> None:
    """Whatever a service is called, it is there, and so are its dependencies."""
    services = {name: {"image": "a:1.2.3", "depends_on": ["other"]}, "other": {"depends_on": {name: {}}}}
    file = write("compose.yaml", json.dumps({"services": services}))

    one = Import.of("compose", file, options=CHECKED)

    read_without_mistakes(one, tmp_path)
    assert one.edges() == {(name, "other"), ("other", name)}


@pytest.mark.parametrize("name", NAMES)
def test_any_name_of_a_workload_survives(name: str, write: Write, tmp_path: Path) -> None:
    """Kubernetes would refuse most of them; a manifest may hold them all the same."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": []}}

    one = Import.of("kubernetes", write("pod.yaml", json.dumps(pod)))

    read_without_mistakes(one, tmp_path)
    assert list(one.services) == [name]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(COMPOSE, COMPOSE)
def test_any_compose_files_become_a_configuration_or_a_problem(
    tmp_path: Path, write: Write, first: Any, second: Any
) -> None:
    """Wrong types, cycles, missing files: remarks or problems, never a traceback, and what is printed can be read."""
    files = [
        write(name, json.dumps({"services": services}))
        for name, services in (("compose.yaml", first), ("base.yaml", second))
    ]

    with suppress(ConfigError):
        read_without_mistakes(Import.of("compose", *files, options=CHECKED), tmp_path)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(manifests(), min_size=1, max_size=4))
def test_any_manifests_become_a_configuration_or_a_problem(
    tmp_path: Path, write: Write, objects: Any
) -> None:
    """The same for Kubernetes."""
    file = write("all.yaml", "\n---\n".join(map(json.dumps, objects)))

    one = Import.of("kubernetes", file)

    read_without_mistakes(one, tmp_path)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.text("abkns:-?[]{}&*!<> \n\"'${}.|#1", max_size=200))
def test_any_text_is_told_of(tmp_path: Path, write: Write, text: str) -> None:
    """What is no YAML, or no Compose file, is refused as such, and what is one can be read."""
    for source, name in (("compose", "a.yaml"), ("kubernetes", "b.yaml")):
        file = write(name, text)
        with suppress(UsageError):
            read_without_mistakes(Import.of(source, file), tmp_path)


def test_long_chains_and_deep_nests_end(write: Write, tmp_path: Path) -> None:
    """A file cannot make the import run for ever, or out of its stack."""
    services = {f"s{number}": {"extends": f"s{number + 1}"} for number in range(300)}
    services["s300"] = {"image": "${A:-" * 5000 + "x" + "}" * 5000}
    folder = {f"f{number}.yaml": f"include: [f{number + 1}.yaml, f{number + 1}.yaml]" for number in range(30)}
    for name, text in folder.items():
        write(name, text)

    one = Import.of(
        "compose", write("compose.yaml", json.dumps({"services": services, "include": ["f0.yaml"]}))
    )

    assert len(one.services) == 301
    assert any("more than 1000 files" in words for words in one.said(RemarkKind.UNTRANSLATED))
    read_without_mistakes(one, tmp_path)
