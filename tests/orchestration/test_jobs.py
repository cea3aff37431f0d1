"""Replays and simulations as jobs of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.errors import ConfigError, UsageError
from tiktoktoe_cli.orchestration.jobs import Workshop, make_jobs
from tiktoktoe_cli.orchestration.states import JobKind, JobState
from tiktoktoe_cli.simulation import simulated_services
from tiktoktoe_cli.system import load_system

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.orchestration.effects import Job

SYSTEM = """
version: 1
system: trial
services:
  shop: {performance: {service_time: {constant: 1ms}}}
pipelines:
  orders:
    input: {paths: [events.ndjson]}
    stages: []
    routing: [{to: [all]}]
    destinations: {all: {file: out/all.ndjson}}
    dead_letter: {file: out/dead.ndjson}
simulations:
  calm:
    duration: 1s
    seed: 1
    replications: 1
    traffic: {shop: {poisson: 10/s}}
    assert: ['success_rate >= 0.5']
  strict:
    duration: 1s
    seed: 1
    replications: 1
    traffic: {shop: {poisson: 10/s}}
    assert: ['success_rate < 0.5']
orchestration:
  jobs: [{replay: orders}, {simulate: calm}, {simulate: strict}]
"""


def made(tmp_path: Path, text: str) -> dict[str, Job]:
    """Make the jobs of a system."""
    file = tmp_path / "tiktoktoe.yaml"
    file.write_text(text)
    system = load_system([str(file)], {})
    graph = system.graph()
    workshop = Workshop(
        pipelines=system["pipelines"],
        simulations=system["simulations"],
        services=simulated_services(graph, system["performance"]),
        policies=system["policies"],
        place=system.place,
    )
    return {job.name: job for job in make_jobs(system["orchestration"].jobs, workshop)}


@pytest.fixture
def jobs(tmp_path: Path) -> dict[str, Job]:
    """Make the jobs of the system above."""
    return made(tmp_path, SYSTEM)


def never() -> bool:
    """Go on."""
    return False


def test_jobs_are_made_as_they_are_listed(jobs: dict[str, Job]) -> None:
    """Each entry becomes a job of its kind, in the order of the configuration."""
    assert [(job.kind, job.name) for job in jobs.values()] == [
        (JobKind.REPLAY, "orders"),
        (JobKind.SIMULATE, "calm"),
        (JobKind.SIMULATE, "strict"),
    ]


def test_a_replay_delivers_its_events(jobs: dict[str, Job], tmp_path: Path) -> None:
    """The job does what `replay run` does, and its verdict is that command's."""
    event = {"specversion": "1.0", "id": "1", "source": "/t", "type": "t", "time": "2026-01-01T00:00:00Z"}
    (tmp_path / "events.ndjson").write_text(json.dumps(event) + "\n")

    jobs["orders"].check()
    outcome = jobs["orders"].run(never)

    assert outcome.state is JobState.DONE
    assert outcome.verdict.startswith("1 event: 1 delivered to 1 destination")
    assert len((tmp_path / "out" / "all.ndjson").read_text().splitlines()) == 1


def test_a_replay_without_input_is_refused_before_anything_starts(jobs: dict[str, Job]) -> None:
    """A missing file of events is told by the check."""
    with pytest.raises(UsageError):
        jobs["orders"].check()


def test_a_replay_that_is_stopped_is_unfinished(jobs: dict[str, Job], tmp_path: Path) -> None:
    """Stopped early, it does not claim to be done."""
    (tmp_path / "events.ndjson").write_text("{}\n" * 5_000)

    outcome = jobs["orders"].run(lambda: True)

    assert outcome.state is JobState.UNFINISHED


def test_a_simulation_whose_assertions_hold_is_done(jobs: dict[str, Job]) -> None:
    """The job does what `simulate run` does."""
    jobs["calm"].check()

    outcome = jobs["calm"].run(never)

    assert outcome.state is JobState.DONE
    assert outcome.report is not None
    assert outcome.report.command == "simulate run"


def test_a_simulation_whose_assertion_breaks_answers_no(jobs: dict[str, Job]) -> None:
    """A broken assertion is an answer."""
    assert jobs["strict"].run(never).state is JobState.NO


def test_a_replay_without_its_table_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """A lookup table that is not there is told by the check, at its place in the YAML."""
    (tmp_path / "events.ndjson").write_text("{}\n")
    lookup = "context_enrichment: {lookup: {table: t.csv, key: a, match: id}, into: b}"

    with pytest.raises(ConfigError) as refused:
        made(tmp_path, SYSTEM.replace("stages: []", f"stages: [{lookup}]"))["orders"].check()

    [problem] = refused.value.problems
    assert (problem.code, problem.place and problem.place.line) == ("lookup-table", 9)
