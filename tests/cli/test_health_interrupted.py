"""`health check`, broken off while checks hang, or by whoever reads it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.cli.shop import Shop, finish, read_until
from tests.cli.systems import configure, listening, up
from tests.client.flapping import HANG, flapping
from tests.samples.town import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["up"]  # a fixture
BOUND_S = 30

HANGING = """
import pathlib, time
pathlib.Path("hangs").touch()
time.sleep(60)
"""


@pytest.fixture
def hanging(tmp_path: Path, up: int) -> Iterator[Shop]:
    """A system whose first service is well, while a program, and behind it a server, does not answer."""
    with flapping(HANG) as server:
        program = {"name": "program", "exec": {"run": [sys.executable, "-Sc", HANGING]}, "timeout": "1m"}
        web = {"name": "web", "http": {"url": server.url}, "timeout": "1m"}
        services = {"quick": listening(up), "stuck": {"health": [program, web]}, "never": listening(up)}
        folder = tmp_path / "inside"  # this process is not there: what is left running in it is killed
        folder.mkdir()
        configure(services, folder)
        shop = Shop(folder, dict(os.environ))
        yield shop
        shop.end_what_is_left()


@contextmanager
def caught(shop: Shop, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start a check, and yield its process when the program hangs: the service before it has been checked."""
    with shop.start("health", "check", "--concurrency", "1", *arguments) as process:
        wait_until((shop.folder / "hangs").exists)
        yield process


INTERRUPTED = "interrupted; 1 of 1 service healthy; 2 not checked"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_check_tells_what_it_knows(hanging: Shop, number: signal.Signals, code: int) -> None:
    """What was over is shown, what was not is skipped, and every form says that this is not all."""
    with caught(hanging, "-o", "json", "--report", "junit=out.xml") as process:
        process.send_signal(number)
        sent_s = time.monotonic()
        ended, out, err = finish(process)
        took_s = time.monotonic() - sent_s

    answer = json.loads(out)
    assert (ended, answer["ok"], answer["summary"]["partial"]) == (code, False, True), err
    assert [item["state"] for item in answer["items"]] == ["healthy", "skipped", "skipped", "skipped"]
    assert answer["items"][1]["detail"] == "the run ended before it was over"
    assert took_s < 5  # it hangs for a minute
    skipped = ET.parse(hanging.folder / "out.xml").findall(".//skipped")
    assert [one.get("message") for one in skipped] == ["the run ended before it was over"] * 3
    assert hanging.left_running() == {}


def test_a_person_is_told_of_the_interruption(hanging: Shop) -> None:
    """The table has a row for each check, and the last line says that it was interrupted."""
    with caught(hanging) as process:
        process.send_signal(signal.SIGINT)
        ended, out, err = finish(process)

    assert ended == 130
    assert out.count("skipped") == 3
    assert err.splitlines()[-2:] == ["stopping ... (again to force)", INTERRUPTED]


def test_whoever_insists_is_obeyed(hanging: Shop) -> None:
    """The second Ctrl-C ends it at once, without a word about our code, and without leaving the program behind."""
    with caught(hanging) as process:
        process.send_signal(signal.SIGINT)
        read_until(process, "stopping ...")
        process.send_signal(signal.SIGINT)
        ended, _, err = finish(process)

    assert ended == 130
    assert "Traceback" not in err
    wait_until(lambda: hanging.left_running() == {})  # nobody waited for the program to be gone


def test_interrupted_before_anything_was_over(hanging: Shop) -> None:
    """Nothing was found out, which is not the same as that there is nothing to check."""
    with caught(hanging, "stuck") as process:
        process.send_signal(signal.SIGINT)
        ended, _, err = finish(process)

    assert (ended, err.splitlines()[-1]) == (130, "interrupted before any check was over")


def test_a_reader_who_has_seen_enough(hanging: Shop) -> None:
    """Whoever closes the pipe gets no traceback."""
    read, written = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "tiktoktoe_cli", "health", "check", "quick"],
        cwd=hanging.folder,
        stdout=written,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=BOUND_S,
    )
    os.close(written)

    assert done.returncode == 0
    assert done.stderr in {"health: checking\n", ""}
