from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Result

Run = Callable[..., "Result"]
SAMPLES = ROOT / "samples" / "imports"
COMPOSE = str(SAMPLES / "compose.yaml")
KUBERNETES = str(SAMPLES / "kubernetes.yaml")


def test_prints_yaml_and_tells_what_is_a_guess(tiktoktoe: Run) -> None:
    """Standard output is the system and nothing else; what nobody declared stands on standard error, too."""
    result = tiktoktoe("graph", "import", "compose", COMPOSE)

    document = yaml.safe_load(result.out)
    assert result.code == 0
    assert document["system"] == "shop"
    assert list(document["services"]) == ["db", "api", "worker", "cache"]
    assert document["services"]["api"]["depends_on"] == {
        "db": {"condition": "healthy", "evidence": "both"},
        "cache": {"kind": "runtime", "evidence": "inferred"},
    }
    assert document["services"]["api"]["health"][0]["http"]["url"] == "http://localhost:8080/health"
    assert "# inferred: `api` calls `cache`, as its variable `CACHE_HOST` says" in result.out
    assert "[import-inferred]" in result.err
    assert f"{COMPOSE}:17" in result.err


def test_manifests_become_a_system(tiktoktoe: Run) -> None:
    """What runs, what it needs, what it waits for and whom it calls."""
    result = tiktoktoe("graph", "import", "kubernetes", KUBERNETES, "--name", "shop")

    assert yaml.safe_load(result.out) == {
        "version": 1,
        "system": "shop",
        "services": {
            "api": {
                "version": "2.3.1",
                "group": "shop",
                "depends_on": {
                    "postgres": {"condition": "started", "evidence": "inferred"},
                    "cache": {"kind": "runtime", "evidence": "inferred"},
                },
                "resources": {"requests": {"cpu": "250m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
                "replicas": 2,
            },
            "postgres": {"version": "17.2.0"},
            "cache": {"version": "7.4.0"},
        },
    }
    assert "`ServiceMonitor.monitoring.coreos.com`" in result.out


@pytest.mark.parametrize(("source", "file"), [("compose", COMPOSE), ("kubernetes", KUBERNETES)])
def test_what_was_imported_is_a_system_that_can_be_validated(
    tiktoktoe: Run, tmp_path: Path, source: str, file: str
) -> None:
    """It is a configuration without an error, and the graph commands work on it."""
    target = str(tmp_path / "system.yaml")
    (tmp_path / "system.yaml").write_text(tiktoktoe("graph", "import", source, file).out)

    assert tiktoktoe("config", "check", "-c", target).code == 0
    validated = tiktoktoe("graph", "validate", "-c", target, "-o", "json")
    assert validated.code == 0, validated.out
    assert tiktoktoe("graph", "show", "-c", target).code == 0


def test_json_has_the_remarks_the_counts_and_the_document(tiktoktoe: Run) -> None:
    """The remarks are the items; everything else is in the summary."""
    answer = json.loads(tiktoktoe("graph", "import", "compose", COMPOSE, "-o", "json").out)

    summary = answer["summary"]
    counts = {
        name: summary[name] for name in ("services", "dependencies", "inferred_dependencies", "ignored")
    }
    assert (answer["command"], answer["ok"]) == ("graph import", True)
    assert counts == {"services": 4, "dependencies": 3, "inferred_dependencies": 1, "ignored": 2}
    assert summary["document"]["services"]["db"]["resources"] == {"limits": {"memory": "512Mi"}}
    (call,) = [item for item in answer["items"] if "calls" in item["message"]]
    assert (call["kind"], call["file"], call["line"]) == ("inferred", COMPOSE, 17)
    assert call["at"] == "services.api.depends_on.cache"


def test_options_choose_what_is_read(tiktoktoe: Run, write: Callable[[str, str], str]) -> None:
    """Profiles, variables from a file, and no guesses."""
    variables = write("v.env", "CONSOLE_VERSION=4.5.6")
    options = ("--profile", "tools", "--env-file", variables, "--no-infer", "--name", "other")

    document = yaml.safe_load(tiktoktoe("graph", "import", "compose", COMPOSE, *options).out)

    assert document["system"] == "other"
    assert document["services"]["console"] == {
        "version": "4.5.6",
        "tags": ["tools"],
        "depends_on": {"api": {"condition": "started"}},
    }
    assert document["services"]["api"]["depends_on"] == {"db": {"condition": "healthy"}}


def test_strict_answers_no_if_something_is_lost(tiktoktoe: Run, write: Callable[[str, str], str]) -> None:
    """Guesses and what is about something else are no loss."""
    file = write(
        "compose.yaml", "services: {a: {image: 'x:1.2', tty: true, environment: {B_HOST: b}}, b: {}}"
    )

    assert tiktoktoe("graph", "import", "compose", file, "--strict").code == 0
    assert tiktoktoe("graph", "import", "kubernetes", KUBERNETES, "--strict").code == 1


def test_an_undefined_dependency_is_found_by_validation(
    tiktoktoe: Run, write: Callable[[str, str], str], tmp_path: Path
) -> None:
    """No edge is dropped: whose target is missing, or needs a profile, is told by the rule for that."""
    file = write("compose.yaml", "services: {a: {depends_on: [debug]}, debug: {profiles: [debug]}}")
    (tmp_path / "system.yaml").write_text(tiktoktoe("graph", "import", "compose", file).out)

    result = tiktoktoe("graph", "validate", "-c", str(tmp_path / "system.yaml"))

    assert result.code == 1
    assert "TTG104" in result.out


def test_a_variable_that_must_be_set_is_asked_for(tiktoktoe: Run, write: Callable[[str, str], str]) -> None:
    """As Compose does; a file of variables has it, and then the count of what was imported is told below."""
    file = write("compose.yaml", "services: {a: {image: 'x:${TAG?which}'}}")

    refused = tiktoktoe("graph", "import", "compose", file)
    accepted = tiktoktoe("graph", "import", "compose", file, "--env-file", write("v.env", "TAG=1.2.3"))

    assert (refused.code, refused.out) == (2, "")
    assert "[unset-variable]: `TAG` must be set: `which`" in refused.err
    assert f"{file}:1" in refused.err
    assert yaml.safe_load(accepted.out)["services"] == {"a": {"version": "1.2.3"}}
    assert accepted.err == "1 service and 0 dependencies imported; 0 things could not be translated\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("swarm", COMPOSE), "unknown value of `FORMAT`: `swarm`"),
        (("compose", "nowhere.yaml"), "cannot read `nowhere.yaml`"),
        (("compose", KUBERNETES), "it looks like one of `kubernetes`"),
        (("kubernetes", COMPOSE), "it looks like one of `compose`"),
        (("kubernetes", KUBERNETES, "--profile", "x"), "`--profile` is only about files of `compose`"),
        (("kubernetes", KUBERNETES, "--env-file", "x"), "`--env-file` is only about files of `compose`"),
        (("compose", COMPOSE, "--env-file", "nowhere.env"), "cannot read `nowhere.env`"),
    ],
)
def test_says_what_was_asked_wrongly(tiktoktoe: Run, arguments: tuple[str, ...], words: str) -> None:
    """An unknown format, a missing file, the file of another tool, an option of another format."""
    result = tiktoktoe("graph", "import", *arguments)

    assert (result.code, result.out) == (2, "")
    assert words in result.err


def test_a_chain_of_files_with_a_mistake_is_told_with_its_frame(
    tiktoktoe: Run, write: Callable[[str, str], str]
) -> None:
    """Also in a file that another one includes."""
    write("db.yaml", "services: {db: [}")

    result = tiktoktoe(
        "graph", "import", "compose", write("compose.yaml", "include: [db.yaml]\nservices: {}")
    )

    assert (result.code, result.out) == (2, "")
    assert "db.yaml:1" in result.err
    assert "services: {db: [}" in result.err
