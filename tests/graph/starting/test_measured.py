"""Start times that were measured, read from a run's answer or a map."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.orchestration.test_report import BAD, GOOD
from tiktoktoe_cli.config.nodes import Source
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.errors import ConfigError, UsageError
from tiktoktoe_cli.graph.starting.measured import measured_times
from tiktoktoe_cli.orchestration.report import report_of
from tiktoktoe_cli.report import OutputFormat, View, render


def read(text: str) -> dict[str, int]:
    """Read a file of this content."""
    return measured_times(Source("times.yaml", Path(), text))


def answer(*items: dict[str, Any], command: str = "orchestrate run") -> str:
    """Write an answer as the command prints it with `-o json`."""
    return json.dumps(
        {"format_version": "1.0", "command": command, "ok": True, "items": items, "problems": []}
    )


def test_a_map_gives_durations() -> None:
    """Services and durations, as the configuration writes them."""
    assert read("ledger: 8s\npay ments: 1m30s\ncart: 0") == {
        "ledger": 8 * NS_PER_S,
        "pay ments": 90 * NS_PER_S,
        "cart": 0,
    }


def test_the_answer_of_a_run_gives_what_its_services_took() -> None:
    """Jobs are no services, and what never was healthy was not measured."""
    text = answer(
        {"name": "ledger", "kind": "service", "took_s": 1.25},
        {"name": "cart", "kind": "service", "took_s": None},
        {"name": "orders", "kind": "replay", "took_s": 3.0},
    )

    assert read(text) == {"ledger": 1_250_000_000}


def test_what_a_run_really_prints_is_read() -> None:
    """The answer of a run is taken as it is, whether all went well or not."""
    good, bad = (read(render(report_of(run), OutputFormat.JSON, View())) for run in (GOOD, BAD))

    assert good == {"store": 500_000_000, "core": 1_500_000_000}
    assert bad == {"store": 500_000_000}


@pytest.mark.parametrize("took", [True, "8s", -1, 1e300, [], {}])
def test_a_time_that_is_none_is_not_known(took: object) -> None:
    """A number that cannot be the length of a start is passed over."""
    assert read(answer({"name": "ledger", "kind": "service", "took_s": took})) == {}


def test_the_answer_of_another_command_is_refused() -> None:
    """Whoever gives the wrong file is told what it is."""
    with pytest.raises(UsageError) as refused:
        read(answer(command="health check"))

    assert refused.value.message == "`times.yaml` is the answer of `health check`, not of `orchestrate run`"


def test_every_wrong_duration_is_told_with_its_place() -> None:
    """All problems are shown at once."""
    with pytest.raises(ConfigError) as refused:
        read("ledger: soon\ncart: 8s\norders: [1]")

    assert [(str(one.place), one.code) for one in refused.value.problems] == [
        ("times.yaml:1:9", "bad-unit"),
        ("times.yaml:3:9", "bad-unit"),
    ]


@pytest.mark.parametrize("text", ["", "- 8s", "8s", "a: ["])
def test_what_is_no_map_is_refused(text: str) -> None:
    """A list, a word, nothing at all or a broken text hold no start times."""
    with pytest.raises(ConfigError):
        read(text)
