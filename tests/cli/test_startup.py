"""The door opens quickly: what a command does not need is not loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = {"rich", "yaml", "httpx", "networkx", "pydantic", "asyncio", "orjson", "jsonschema_rs"}
PROBE = """
import json, sys
sys.argv = ["tiktoktoe", *{arguments!r}]
from tiktoktoe_cli.__main__ import main
try:
    main()
except SystemExit:
    pass
sys.stderr.write("\\nmodules: " + json.dumps(sorted(set(name.split(".")[0] for name in sys.modules))))
"""


def _modules_after(*arguments: str) -> set[str]:
    probe = PROBE.format(arguments=list(arguments))
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stderr.rpartition("modules: ")[2]))


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], []])
def test_the_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """The first thing a newcomer types answers with typer and the standard library alone."""
    assert not HEAVY & _modules_after(*arguments)


def test_the_version_is_answered_before_anything_is_imported() -> None:
    """Not even typer is needed to say a version."""
    assert "typer" not in _modules_after("--version")


def test_validating_a_graph_loads_no_graph_library() -> None:
    """An acyclic system is checked without networkx, whose import costs more than the check."""
    loaded = _modules_after("graph", "validate", "-c", "samples/shop/tiktoktoe.yaml", "-o", "json")

    assert not (HEAVY - {"yaml", "pydantic"}) & loaded


def test_validating_a_graph_loads_no_probe() -> None:
    """It asks whether services have checks, and where those look: both can be seen without the settings of health."""
    code = PROBE.replace('set(name.split(".")[0] for name in sys.modules)', "set(sys.modules)")
    probe = code.format(arguments=["graph", "validate", "-c", "samples/shop/tiktoktoe.yaml"])

    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )

    loaded = set(json.loads(done.stderr.rpartition("modules: ")[2]))
    assert "tiktoktoe_cli.subject" in loaded
    assert not {"tiktoktoe_cli.health.settings", "tiktoktoe_cli.health.probes"} & loaded


@pytest.mark.parametrize(
    "arguments", [["validate"], ["diff", "samples/shop/tiktoktoe.yaml", "samples/shop/tiktoktoe.yaml"]]
)
def test_the_rules_of_the_graph_need_no_check_of_everything(arguments: list[str]) -> None:
    """Neither what `config check` looks at, nor the explanations of all codes."""
    code = PROBE.replace('set(name.split(".")[0] for name in sys.modules)', "set(sys.modules)")
    probe = code.format(arguments=["graph", *arguments, "-c", "samples/shop/tiktoktoe.yaml"])

    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )

    loaded = set(json.loads(done.stderr.rpartition("modules: ")[2]))
    assert "tiktoktoe_cli.subject" in loaded
    assert not {"tiktoktoe_cli.checkup", "tiktoktoe_cli.explanations", "tiktoktoe_cli.simulation"} & loaded


@pytest.mark.skipif(os.name == "nt", reason="it has no such descriptors")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_standard_streams_do_no_harm(closed: str) -> None:
    """Who starts it without some of them gets the same answer, in the exit code if nowhere else."""
    code = """
import asyncio, os, sys
from tiktoktoe_cli import __main__ as door
from tiktoktoe_cli.transport import loops
door._run = lambda _: loops.run(asyncio.sleep(0, 7))
door.main()
"""

    done = subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" {closed}', sys.executable, code],
        check=False,
        timeout=60,
    )

    assert done.returncode == 7


def test_docstrings_may_be_left_out() -> None:
    """Python can be told not to keep them, for the sake of memory; a command then has no summary."""
    done = subprocess.run(
        [sys.executable, "-OO", "-m", "tiktoktoe_cli", "config", "explain", "services.*.health.http"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, "url" in done.stdout) == (0, True)
