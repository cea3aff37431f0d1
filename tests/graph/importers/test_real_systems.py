from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx
import pytest

from tests.graph.importers.importing import CHECKED, Import
from tests.health.importers.importing import read_back
from tiktoktoe_cli.config.quantity import Quantity
from tiktoktoe_cli.graph import EdgeKind
from tiktoktoe_cli.graph.importers.options import ComposeOptions, ImportOptions
from tiktoktoe_cli.importing.compose.application import Choice
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from pathlib import Path

NAMES = (
    *("online-boutique", "otel-demo-core", "otel-demo-full", "spring-petclinic", "robot-shop"),
    "temporal-multirole",
)
FORMATS = dict.fromkeys(NAMES, "compose") | {"online-boutique": "kubernetes"}
WORDS = {
    "service_started": "started",
    "service_healthy": "healthy",
    "service_completed_successfully": "completed_successfully",
}
DEMO_HOSTS = {
    **{name.upper().replace("-", "_"): name for name in ("ad", "cart", "checkout", "currency", "frontend")},
    "PRODUCT_CATALOG": "product-catalog",
    "RECOMMENDATION": "recommendation",
    "PAYMENT": "payment",
    "EMAIL": "http://email",
    "QUOTE": "http://quote",
    "SHIPPING": "http://shipping",
    "FRONTEND_PROXY": "frontend-proxy",
    "VALKEY": "valkey-cart",
}
DEMO_VARIABLES = "\n".join(
    (
        *(f"{name}_PORT=8080\n{name}_ADDR={host}:${{{name}_PORT}}" for name, host in DEMO_HOSTS.items()),
        *(
            f"{name}_HOST={name.lower().replace('_', '-')}"
            for name in ("FLAGD", "FLAGD_UI", "OTEL_COLLECTOR")
        ),
        *(
            "TELEMETRY_DOCS_HOST=telemetry-docs",
            "IMAGE_PROVIDER_HOST=image-provider",
            "POSTGRES_HOST=astronomy-db",
        ),
        *("FRONTEND_HOST=frontend", "GRAFANA_HOST=grafana", "K6_TARGET_URL=http://${FRONTEND_PROXY_ADDR}"),
        "POSTGRES_ASTRONOMY_PASSWORD=sesame   # a secret",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://${OTEL_COLLECTOR_HOST}:${OTEL_COLLECTOR_PORT_GRPC-4317}",
    )
)
"""What the demo's own `.env` says about hosts (open-telemetry/opentelemetry-demo, 054282e)."""
MIB = 1024**2
DOCKER_SIZES = {f"{count}M": count * MIB for count in range(2000)} | {"1G": 1024 * MIB}
VERSIONS = {
    "online-boutique": {"0.10.6": 11},
    "robot-shop": {"6.2.0": 1, "3.8.0": 1},
    "temporal-multirole": {"2.37.0": 1, "7.5.16": 1, "1.37.0": 1, "0.47.0": 1, "1.22.1": 1},
}
"""The versions in the tags of the images, read by eye, and how many services have them; other tags are variables."""


@dataclass(frozen=True)
class Real:
    """A system from the field: what was counted in it, what is in it, and what it becomes."""

    index: Any  # JSON
    facts: Any  # JSON
    one: Import

    @property
    def edges(self) -> set[tuple[str, str]]:
        """The edges that were counted: in Kubernetes, those that a service is told about."""
        return {(source, target) for source, target, _ in self.facts["edges"]}

    @property
    def declared(self) -> nx.DiGraph[str]:
        """The graph that was counted, as it was imported."""
        found: nx.DiGraph[str] = nx.DiGraph()
        found.add_nodes_from(self.one.services)
        declared = ("declared", "both") if FORMATS[self.index["name"]] == "compose" else ()
        found.add_edges_from(self.one.edges(*declared))
        return found


@pytest.fixture(params=NAMES)
def real(request: pytest.FixtureRequest, vectors: Path) -> Real:
    """Import one of the systems."""
    folder = vectors / "graph" / "systems"
    index = json.loads((folder / "INDEX.json").read_text())
    (about,) = [one for one in index["systems"] if one["name"] == request.param]
    facts = json.loads((folder / f"{request.param}.json").read_text())
    files = [folder / name for name in about["files"]]
    return Real(about, facts, Import.of(FORMATS[request.param], *files, options=CHECKED))


def test_has_the_services_and_edges_that_were_counted(real: Real) -> None:
    """Nobody is lost and nobody is made up."""
    assert set(real.one.services) == set(real.facts["nodes"])
    assert set(real.declared.edges) == real.edges
    assert (len(real.one.services), len(real.edges)) == (real.index["nodes"], real.index["edges"])


def test_edges_keep_what_they_wait_for(real: Real) -> None:
    """Each condition is the one that is written."""
    counted = {(source, target): about for source, target, about in real.facts["edges"]}
    written = {edge: WORDS[about["condition"]] for edge, about in counted.items() if "condition" in about}

    found = {
        (edge.source, edge.target): edge.condition
        for edge in real.one.graph.edges()
        if edge.kind is EdgeKind.START and edge.evidence != "inferred"
    }

    assert found == written


def test_has_the_shape_that_was_counted(real: Real) -> None:
    """Waves, what stands alone, who has the most neighbours, the longest chain, and what other edges imply."""
    graph, index = real.declared, real.index
    waves = list(nx.topological_generations(graph.reverse()))
    reduced = nx.transitive_reduction(graph)

    assert [len(wave) for wave in waves] == index["wave_sizes"]
    assert sorted(waves[0]) == index["wave_1"]
    assert sorted(nx.isolates(graph)) == index["isolated"]
    assert max(degree for _, degree in graph.in_degree()) == index["max_fan_in"][0]
    assert max(degree for _, degree in graph.out_degree()) == index["max_fan_out"][0]
    assert len(nx.dag_longest_path(graph)) == len(index["longest_chain"])
    assert sorted(map(list, graph.edges - reduced.edges)) == index["redundant_edges"]


def test_infers_what_was_counted(real: Real) -> None:
    """What services are told about others, found without a wrong one, as far as it needs no `.env` from elsewhere."""
    counted = set(map(tuple, real.facts["inferred_env_edges"])) if real.index["inferred_env_edges"] else set()

    seen = real.one.edges("inferred", "both")

    assert seen == counted
    assert len(seen) == real.index["inferred_env_edges"]
    assert real.one.edges("inferred") == (
        seen if FORMATS[real.index["name"]] == "kubernetes" else seen - real.edges
    )
    assert sum(
        " calls " in words or " waits for " in words for words in real.one.said(RemarkKind.INFERRED)
    ) == len(real.one.edges("inferred"))


def test_services_need_what_is_written(real: Real) -> None:
    """Amounts in Docker's units are bytes, and nobody has more replicas than written."""
    services = real.one.graph.services
    for name, about in real.facts["nodes"].items():
        resources = about.get("resources", {})
        for role in ("requests", "limits"):
            written = {key: _amount(text) for key, text in resources.get(role, {}).items()}
            amounts = getattr(services[name].resources, role)
            found = {key: getattr(amounts, key) for key in ("cpu", "memory")}

            assert {key: amount for key, amount in found.items() if amount is not None} == written
        assert services[name].replicas == about.get("replicas", 1)
        assert bool(real.one.services[name].get("health")) == about.get("healthcheck", False)


def _amount(text: str) -> int:
    return DOCKER_SIZES[text] * 10**9 if text in DOCKER_SIZES else int(Quantity.parse(text))


def test_versions_are_those_of_the_tags(real: Real) -> None:
    """`latest` and variables are no version, and are not worth a word."""
    versions = Counter(one["version"] for one in real.one.services.values() if "version" in one)

    assert versions == VERSIONS.get(real.index["name"], {})


def test_is_a_configuration(real: Real, tmp_path: Path) -> None:
    """What is printed is read without a problem but for variables that nobody has set."""
    problems = read_back(real.one.text, tmp_path, {"ENVOY_PORT": "8080"})

    assert {problem.code for problem in problems} <= {"unset-variable"}


def test_infers_the_same_with_variables_from_elsewhere(vectors: Path, tmp_path: Path) -> None:
    """Hosts that stand in `.env` are found as those are that stand in the file; these are the names in the demo's."""
    folder = vectors / "graph" / "systems"
    facts = json.loads((folder / "otel-demo-core.json").read_text())
    env = tmp_path / "demo.env"
    env.write_text(DEMO_VARIABLES, encoding="utf-8")
    options = ImportOptions(compose=ComposeOptions(Choice(env_files=(str(env),))))

    one = Import.of("compose", folder / "otel-demo.compose.yaml", options=options)

    assert one.edges("inferred", "both") == set(map(tuple, facts["inferred_env_edges"]))
    assert ("shipping", "quote") in one.edges("inferred")
