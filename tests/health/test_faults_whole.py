"""What a hostile or crowded world does to the whole command: its time, memory and open files stay bounded."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.transport.servers import OK, answering, beginning, flood, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.transport.servers import Behaviour

MEBIBYTE = 2**20
GIBIBYTE = 2**30


@contextmanager
def served(behave: Behaviour) -> Iterator[int]:
    """Serve in a thread, beside a command that is a process of its own."""
    loop, ports, stop = asyncio.new_event_loop(), [], asyncio.Event()
    ready = threading.Event()

    async def serve() -> None:
        async with serving(behave) as port:
            ports.append(port)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(timeout=10)
    try:
        yield ports[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=10)
        loop.close()


def health_check(
    folder: Path, port: int, count: int, open_files: int = 1024
) -> tuple[dict[str, Any], int, float]:
    """Make many checks of one server; return the answer, the memory at its most in bytes, and the seconds it took."""
    config = {
        "version": 1,
        "services": {
            "shop": {
                "health": [
                    {"name": f"c{number}", "http": {"url": f"http://127.0.0.1:{port}/"}, "retries": 0}
                    for number in range(count)
                ]
            }
        },
    }
    (folder / "tiktoktoe.yaml").write_text(json.dumps(config), encoding="utf-8")
    answer = folder / "answer.json"
    started = time.monotonic()
    with answer.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "tiktoktoe_cli", "health", "check", "-o", "json"],
            cwd=folder,
            stdout=out,
            env={**os.environ, "TIKTOKTOE_CONFIG": ""},
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (open_files, open_files)),  # noqa: PLW1509
        )
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return json.loads(answer.read_bytes()), usage.ru_maxrss * 1024, time.monotonic() - started


def test_thousands_of_checks_of_one_host_need_few_files(tmp_path: Path) -> None:
    """With 256 files for all, 5,000 checks are made a few at a time, and none of them fails for want of a file."""
    with served(answering(OK)) as port:
        answer, _, took_s = health_check(tmp_path, port, 5_000, open_files=256)

    assert Counter((item["state"], item["error"]) for item in answer["items"]) == {("healthy", ""): 5_000}
    assert took_s < 60


def test_bodies_without_end_take_little_memory(tmp_path: Path) -> None:
    """A hundred servers would send ten gigabytes each and more: what is kept of them is a mebibyte a check."""
    with served(answering(OK)) as port:
        _, plain_bytes, _ = health_check(tmp_path, port, 100)
    with served(beginning(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (10 * GIBIBYTE), flood)) as port:
        answer, flooded_bytes, took_s = health_check(tmp_path, port, 100)

    assert {(item["state"], item["error"]) for item in answer["items"]} == {("healthy", "")}
    assert flooded_bytes - plain_bytes < 400 * MEBIBYTE
    assert took_s < 30
