"""Small systems in the folder of a test: services of which each has one check, a port at which somebody listens."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.transport.servers import closed_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.cli.conftest import Result

    Run = Callable[..., Result]

DOWN = closed_port()
"""A port at which nobody listens."""


@pytest.fixture(scope="module")
def up() -> Iterator[int]:
    """A port at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def configure(services: Mapping[str, Any], folder: Path = Path(), **sections: Any) -> None:
    """Write the configuration; JSON is YAML."""
    content = {"version": 1, "services": services, **sections}
    (folder / "tiktoktoe.yaml").write_text(json.dumps(content), encoding="utf-8")


def listening(port: int, *needs: str, **settings: Any) -> dict[str, Any]:
    """Describe a service with one check: somebody listens at a port."""
    check = {"name": "port", "tcp": {"address": f"127.0.0.1:{port}"}, "retries": 0}
    return {"health": [check], "depends_on": {name: {} for name in needs}, **settings}


def answer_of(run: Run, *arguments: str, command: str = "check") -> tuple[int, dict[str, Any]]:
    """Check, and return the exit code and the answer as data."""
    result = run("health", command, *arguments, "-o", "json")
    assert "Traceback" not in result.err
    return result.code, json.loads(result.out)


def states(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return the states of the services."""
    return {item["service"]: item["service_state"] for item in answer["items"]}
