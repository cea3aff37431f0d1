"""`orchestrate run`, the main job, on the sample shop with real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.shop import Shop, finish

if TYPE_CHECKING:
    from pathlib import Path

RUN = ("orchestrate", "run", "-c", "samples/shop/tiktoktoe.yaml")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A shop of one's own."""
    return Shop.copy_to(tmp_path)


def test_runs_the_system_and_its_jobs_and_leaves_nothing(shop: Shop) -> None:
    """Everything turns healthy, both jobs are done, all is stopped, and only the output folder is new."""
    before = set(shop.folder.rglob("*"))

    code, out, err = shop.run(*RUN, "-o", "json")

    answer = json.loads(out)
    assert (code, answer["ok"]) == (0, True), err
    assert {item["state"] for item in answer["items"] if item["kind"] == "service"} == {"stopped"}
    assert {item["state"] for item in answer["items"] if item["kind"] != "service"} == {"done"}
    assert shop.left_running() == []
    new = {path for path in set(shop.folder.rglob("*")) - before if "__pycache__" not in path.parts}
    assert {path.relative_to(shop.folder / "samples" / "shop").parts[0] for path in new} == {"out"}


def test_runs_twice_with_the_same_bytes(shop: Shop) -> None:
    """The same events give the same files."""
    out = shop.folder / "samples" / "shop" / "out"

    shop.run(*RUN)
    first = {path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".ndjson"}
    shop.run(*RUN)

    assert first
    assert first == {path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".ndjson"}


@pytest.mark.parametrize(
    ("mode", "words"),
    [("dies", "payments"), ("never", "payments"), ("failing", "payments")],
)
def test_a_service_that_does_not_come_up_ends_the_run(shop: Shop, mode: str, words: str) -> None:
    """The service is named, what it printed is shown, everything else is stopped, and the exit code is 3."""
    patience = shop.folder / "patience.yaml"
    patience.write_text("orchestration: {start_timeout: 3s}\n")

    code, _, err = shop.run(*RUN, "-c", str(patience), SHOP_PAYMENTS_MODE=mode)

    assert code == 3
    assert words in err
    assert "Traceback" not in err
    assert shop.left_running() == []


def test_a_service_that_ignores_sigterm_is_killed(shop: Shop) -> None:
    """After its grace a stubborn service is killed; the run is fine all the same."""
    config = shop.folder / "samples" / "shop" / "tiktoktoe.yaml"
    config.write_text(config.read_text().replace("grace: 5s", "grace: 500ms"))

    code, _, err = shop.run(*RUN, SHOP_LEDGER_MODE="stubborn")

    assert code == 0, err
    assert shop.left_running() == []


def test_an_optional_service_that_fails_does_not_stop_the_others(shop: Shop) -> None:
    """Orders start without notifications, and the run says so."""
    code, out, err = shop.run(*RUN, SHOP_NOTIFICATIONS_MODE="dies")

    assert code == 0, err
    assert "notifications" in out
    assert shop.left_running() == []


def test_a_taken_port_is_found_before_anything_starts(shop: Shop) -> None:
    """A foreign process at a service's port would look healthy; it is named instead."""
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", int(shop.environ["SHOP_LEDGER_PORT"])))
        squatter.listen()

        code, _, err = shop.run(*RUN)

    assert code == 3
    assert "ledger" in err
    assert shop.environ["SHOP_LEDGER_PORT"] in err
    assert shop.left_running() == []


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("after_s", [0.3, 1.0, 2.2])
def test_an_interruption_leaves_nothing_running(
    shop: Shop, number: signal.Signals, code: int, after_s: float
) -> None:
    """Ctrl-C stops everything in order, whether services start or jobs run."""
    with shop.start(*RUN, "--progress", "plain") as process:
        assert process.stderr is not None
        process.stderr.readline()
        time.sleep(after_s)  # a person's hand, at several moments

        process.send_signal(number)
        ended, _, err = finish(process)

    assert ended == code
    assert "Traceback" not in err
    assert shop.left_running() == []


def test_being_killed_leaves_nothing_running(shop: Shop) -> None:
    """Even kill -9 of the command takes its services with it."""
    with shop.start(*RUN, "--progress", "plain") as process:
        assert process.stderr is not None
        while "healthy" not in process.stderr.readline():
            pass

        os.kill(process.pid, signal.SIGKILL)
        finish(process)

    deadline = time.monotonic() + 10
    while shop.left_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert shop.left_running() == []
