"""Real services of the sample shop, as processes on free ports."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

SHOP = Path(__file__).parents[2] / "samples" / "shop"
DEADLINE_S = 10
NAMES = ("gateway", "cart", "orders", "payments", "ledger", "catalog", "notifications", "recommendations")

Json = dict[str, Any]  # Any: JSON


class Town:
    """Services on ports of their own; whatever was started is gone when the town is closed."""

    def __init__(self) -> None:
        self.ports = dict(zip(NAMES, free_ports(len(NAMES)), strict=True))
        self.processes: list[subprocess.Popen[str]] = []

    def run(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start `service.py`, with SHOP_ put before the environment's names."""
        told = {f"SHOP_{name.upper()}_PORT": str(port) for name, port in self.ports.items()}
        told |= {f"SHOP_{name}": value for name, value in environment.items()}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SHOP_")}
        process = subprocess.Popen(
            [sys.executable, str(SHOP / "service.py"), *arguments],
            env=kept | told,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.processes.append(process)
        return process

    def start(self, name: str, **environment: str) -> subprocess.Popen[str]:
        """Start a service and wait until it answers, well or not."""
        process = self.run(name, **environment)
        wait_until(lambda: self.is_listening(name))
        return process

    def is_listening(self, name: str) -> bool:
        """Try whether somebody is at the service's port."""
        with socket.socket() as caller:
            return caller.connect_ex(("127.0.0.1", self.ports[name])) == 0

    def call(self, name: str, request: str, body: Json | None = None) -> tuple[int, Json]:
        """Send `METHOD /path` to a service."""
        connection = HTTPConnection("127.0.0.1", self.ports[name], timeout=DEADLINE_S)
        try:
            method, path = request.split()
            connection.request(method, path, json.dumps(body) if body else None)
            response = connection.getresponse()
            return response.status, json.load(response)
        finally:
            connection.close()

    def health(self, name: str) -> Json:
        """Ask a service how it is."""
        return self.call(name, "GET /health")[1]

    def close(self) -> None:
        """End every process that is still there."""
        for process in self.processes:
            with process:
                process.kill()


def free_ports(number: int) -> list[int]:
    """Find ports that nobody listens at."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def wait_until(is_so: Callable[[], bool]) -> None:
    """Ask again and again until it is so, but not for ever."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline_s, "it did not come about in time"
        time.sleep(0.02)


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for the end of a process: its exit code, stdout and stderr."""
    out, err = process.communicate(timeout=DEADLINE_S)
    return process.returncode, out, err
