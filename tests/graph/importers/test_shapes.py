"""What stands where something else belongs is told of, or refused: nothing passes in silence."""

from __future__ import annotations

import json
from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.graph.importers.importing import CHECKED, Import
from tests.graph.importers.test_hostile import TREES, read_without_mistakes
from tests.health.importers.importing import Import as HealthImport
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Write = Callable[[str, str], str]
    Spot = tuple[str | int, ...]

COMPOSE: Final[dict[str, Any]] = {  # YAML
    "name": "shop",
    "include": ["base.yaml"],
    "services": {
        "a": {
            "image": "x:1.2.3",
            "container_name": "aa",
            "depends_on": {"b": {"condition": "service_healthy", "required": True, "restart": False}},
            "environment": {"H": "b:80", "N": None},
            "env_file": [{"path": "v.env", "required": True}],
            "links": ["b:c"],
            "volumes_from": ["b"],
            "networks": {"n": {"aliases": ["q"]}},
            "deploy": {
                "replicas": 2,
                "resources": {
                    "limits": {"cpus": "1", "memory": "1g"},
                    "reservations": {"cpus": "1", "memory": "1g"},
                },
            },
            "scale": 2,
            "cpus": 1,
            "mem_limit": "1g",
            "mem_reservation": "1g",
            "command": ["x", "http://b"],
            "extends": {"service": "z", "file": "base.yaml"},
            "healthcheck": {
                "test": ["CMD", "curl", "http://localhost/"],
                "interval": "1s",
                "timeout": "1s",
                "retries": 3,
                "disable": False,
            },
        },
        "b": {"profiles": ["p"]},
    },
}
POD: Final[dict[str, Any]] = {  # as above
    "metadata": {"labels": {"app": "a"}},
    "spec": {
        "initContainers": [{"image": "x:1", "command": ["until nc -z b 80"], "restartPolicy": "No"}],
        "containers": [
            {
                "name": "m",
                "image": "x:1.2.3",
                "command": ["x"],
                "args": ["--b", "http://b"],
                "env": [
                    {"name": "H", "value": "b:80"},
                    {"name": "Q", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}},
                ],
                "envFrom": [{"prefix": "P", "configMapRef": {"name": "c"}}],
                "resources": {
                    "limits": {"cpu": "1", "memory": "1Gi"},
                    "requests": {"cpu": "1", "memory": "1Gi"},
                },
            }
        ],
    },
}
KUBERNETES: Final[dict[str, Any]] = {  # as above
    "kind": "List",
    "items": [
        {
            "kind": "Deployment",
            "metadata": {"name": "a", "namespace": "n", "labels": {"app": "a"}},
            "spec": {"replicas": 2, "template": POD},
        },
        {
            "kind": "CronJob",
            "metadata": {"name": "j", "namespace": "n"},
            "spec": {"jobTemplate": {"spec": {"template": POD}}},
        },
        {"kind": "Pod", "metadata": {"name": "b", "namespace": "n"}, "spec": {"containers": []}},
        {
            "kind": "Service",
            "metadata": {"name": "b", "namespace": "n"},
            "spec": {"selector": {"app": "b"}},
        },
        {
            "kind": "Service",
            "metadata": {"name": "x", "namespace": "n"},
            "spec": {"type": "ExternalName", "externalName": "b.n.svc.cluster.local"},
        },
        {
            "kind": "HorizontalPodAutoscaler",
            "metadata": {"name": "s", "namespace": "n"},
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"},
                "minReplicas": 2,
                "maxReplicas": 4,
            },
        },
        {"kind": "ConfigMap", "metadata": {"name": "c", "namespace": "n"}, "data": {"k": "http://b"}},
    ],
}
WHOLES: Final = {"compose": COMPOSE, "kubernetes": KUBERNETES}
OTHERS: Final = (5, "text", [["x"]], [5, {}], {"k": ["v"]}, {"k": {"v": 1}})
SHORT_FORMS: Final = {
    ("services", "a", "command"): (5, "text"),
    ("services", "a", "extends"): ("text",),
    ("services", "a", "healthcheck", "test"): (5, "text"),
    ("services", "a", "env_file"): ("text", 5),
    ("services", "a", "env_file", 0): ("text", 5),
}
"""Where Compose takes another kind, too."""


def spots(tree: Any, around: Spot = ()) -> Iterator[tuple[Spot, Any]]:  # YAML
    """List what stands where in a tree."""
    yield around, tree
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, inner in steps:
        yield from spots(inner, (*around, step))


def with_other(tree: Any, spot: Spot, other: object) -> Any:  # YAML
    """Put something else at a spot of a tree."""
    if not spot:
        return other
    made = node = deepcopy(tree)
    for step in spot[:-1]:
        node = node[step]
    node[spot[-1]] = other
    return made


def write_files(write: Write, tree: object) -> str:
    """Write a tree, and the files that the one of Compose names."""
    write("v.env", "A=1")
    write("base.yaml", "services: {z: {image: 'x:1.0.0'}}")
    return write("whole.yaml", json.dumps(tree))


def said(source: str, file: str) -> set[str]:
    """Import a file, and list what is said to be lost or changed; one that is refused has said enough."""
    try:
        remarks = Import.of(source, file, options=CHECKED).imported.remarks
    except UsageError:
        return {"refused"}
    return {
        remark.message for remark in remarks if remark.kind in (RemarkKind.UNTRANSLATED, RemarkKind.CHANGED)
    }


@pytest.mark.parametrize("source", WHOLES)
def test_what_stands_in_the_wrong_place_is_told_of(source: str, write: Write) -> None:
    """A list for a map, a map for a list, either for a single value, and the other way round: at every key."""
    whole = WHOLES[source]
    before = said(source, write_files(write, whole))

    silent = [
        (spot, other)
        for spot, value in spots(whole)
        for other in OTHERS
        if value is not None and isinstance(value, dict | list) + isinstance(other, dict | list)
        if _kind(other) != _kind(value) and other not in SHORT_FORMS.get(spot, ())
        if not said(source, write_files(write, with_other(whole, spot, other))) - before
    ]

    assert silent == []


def _kind(value: object) -> type | None:
    return type(value) if isinstance(value, dict | list) else None


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{kind: List, items: 5}", "the `items` of this List are no list"),
        (
            "{kind: List, items: [5, {kind: Pod, metadata: {name: a}}]}",
            "this is no object of Kubernetes: it is no map",
        ),
        ("{kind: Pod, metadata: {name: a}, spec: 5}", "`spec`: it is written in an unknown way"),
        (
            "{kind: Pod, metadata: {name: a}, spec: {containers: {}}}",
            "`spec.containers`: it is written in an unknown way",
        ),
        ("{kind: Service, metadata: 5}", "this Service has no name"),
    ],
)
def test_says_of_kubernetes_what_and_where(write: Write, text: str, told: str) -> None:
    """With the line; what is beside it is read."""
    file = write("all.yaml", f"---\n{text}\n---\n{{kind: Pod, metadata: {{name: b}}}}")

    one = Import.of("kubernetes", file)

    assert [(remark.message, remark.place.line) for remark in one.imported.remarks] == [(told, 2)]
    assert "b" in one.services


@pytest.mark.parametrize("text", ["5", "[{kind: Pod}]", "text"])
def test_a_document_that_is_no_map_is_refused(write: Write, text: str) -> None:
    """Whatever stands beside it."""
    file = write("all.yaml", f"{{kind: Pod, metadata: {{name: b}}}}\n---\n{text}")

    assert said("kubernetes", file) == {"refused"}
    assert said("compose", file) == {"refused"}


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.sampled_from([(source, spot) for source, whole in WHOLES.items() for spot, _ in spots(whole)]),
    TREES | st.just("9" * 5000) | st.just(10**400),
)
def test_anything_anywhere_becomes_a_configuration_or_a_problem(
    tmp_path: Path, write: Write, where: tuple[str, Spot], other: object
) -> None:
    """Whatever stands at whichever key: no traceback, and what is printed can be read."""
    source, spot = where
    file = write_files(write, with_other(WHOLES[source], spot, other))

    with suppress(UsageError):
        read_without_mistakes(Import.of(source, file, options=CHECKED), tmp_path)
    if source == "compose":
        with suppress(UsageError):
            HealthImport.of(source, file)
