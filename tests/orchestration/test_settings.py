"""What the YAML may say about starting, stopping and jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.orchestration.settings import ActionsSettings, OrchestrationSettings, StopSignal
from tiktoktoe_cli.system import System, read_system

if TYPE_CHECKING:
    from pathlib import Path

PARTS = {"actions", "orchestration"}


def read(folder: Path, text: str) -> System:
    """Read a configuration with this text."""
    file = folder / "tiktoktoe.yaml"
    file.write_text(f"version: 1\nsystem: shop\n{text}")
    return read_system([str(file)], {}, PARTS)


def service(action: str) -> str:
    """Write a service with this start action."""
    return f"services: {{shop: {{actions: {{start: {action}}}}}}}\n"


def codes(system: System) -> list[str]:
    """List the codes of what is wrong."""
    return [problem.code for problem in system.document.problems]


def test_a_service_starts_in_the_folder_of_its_file(tmp_path: Path) -> None:
    """Relative paths of a command start where the file that names it lies."""
    actions = read(tmp_path, service("{run: [python3, serve.py]}"))["actions"]["shop"]

    assert actions.start.run == ("python3", "serve.py")
    assert actions.start.cwd == tmp_path


def test_a_folder_can_be_named(tmp_path: Path) -> None:
    """`cwd` is relative to the file, too."""
    actions = read(tmp_path, service("{run: [serve], cwd: bin}"))["actions"]["shop"]

    assert actions.start.cwd == tmp_path / "bin"


def test_stops_politely_by_default() -> None:
    """Without a word about it, a service gets SIGTERM and five seconds."""
    actions = ActionsSettings.model_validate({"start": {"run": ["serve"]}})

    assert actions.stop.signal is StopSignal.TERM
    assert str(actions.stop.grace) == "5s"


def test_arguments_stay_as_written(tmp_path: Path) -> None:
    """A version number among the arguments is not a number."""
    actions = read(tmp_path, service("{run: [serve, 1.10, 010], env: {PORT: 080}}"))["actions"]["shop"]

    assert actions.start.run == ("serve", "1.10", "010")
    assert actions.start.env == {"PORT": "080"}


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("{run: []}", "too-few"),
        ("{run: python3 serve.py}", "wrong-type"),
        ('{run: ["a\\0b"]}', "bad-argument"),
        ('{run: [serve], env: {"A=B": c}}', "bad-variable"),
        ("{run: [serve], shell: true}", "unknown-key"),
    ],
)
def test_refuses_what_cannot_be_started(tmp_path: Path, action: str, code: str) -> None:
    """A command that the system could not run is a problem of the configuration."""
    assert codes(read(tmp_path, service(action))) == [code]


def test_reads_jobs_in_their_order(tmp_path: Path) -> None:
    """Each job is a replay or a simulation, of an entry that exists."""
    text = "pipelines: {orders: {}}\nsimulations: {fault: {}}\n"
    orchestration = read(
        tmp_path, f"{text}orchestration: {{jobs: [{{simulate: fault}}, {{replay: orders}}]}}"
    )

    jobs = orchestration["orchestration"].jobs
    assert [(job.kind, job.chosen) for job in jobs] == [("simulate", "fault"), ("replay", "orders")]


def test_refuses_a_job_that_names_nothing(tmp_path: Path) -> None:
    """A pipeline that the configuration does not have is a problem where it is named."""
    text = "pipelines: {orders: {}}\norchestration: {jobs: [{replay: order}]}"

    system = read(tmp_path, text)

    assert codes(system) == ["unknown-name"]
    assert system.document.problems[0].hint == "did you mean `orders`?"


def test_refuses_a_job_that_is_two(tmp_path: Path) -> None:
    """An entry is one job."""
    text = "pipelines: {a: {}}\nsimulations: {b: {}}\norchestration: {jobs: [{replay: a, simulate: b}]}"

    assert codes(read(tmp_path, text)) == ["one-of"]


def test_refuses_a_reaction_that_would_be_the_same_under_another_name(tmp_path: Path) -> None:
    """A failure rolls back; there is no second word for it."""
    assert codes(read(tmp_path, "orchestration: {on_failure: rollback}\n")) == []
    assert codes(read(tmp_path, "orchestration: {on_failure: stop}\n")) == ["unknown-value"]


def test_defaults_need_no_section() -> None:
    """Without a word about orchestration, eight services may start at once, a minute each, and nothing is done."""
    settings = OrchestrationSettings()

    assert settings.concurrency == 8
    assert str(settings.start_timeout) == "1m"
    assert settings.jobs == ()
    assert settings.output is None
