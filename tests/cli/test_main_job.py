"""`orchestrate run`, the main job, on the sample shop with real processes."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.shop import Shop, finish, read_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN = ("orchestrate", "run", "-c", "samples/shop/tiktoktoe.yaml")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A shop of one's own; nothing of it outlives the test, even if the test fails."""
    shop = Shop.copy_to(tmp_path)
    yield shop
    shop.end_what_is_left()


def test_runs_the_system_and_its_jobs_and_leaves_nothing(shop: Shop) -> None:
    """Everything turns healthy, both jobs are done, all is stopped; only outputs and the state of runs are new."""
    before = set(shop.folder.rglob("*"))

    code, out, err = shop.run(*RUN, "-o", "json")

    answer = json.loads(out)
    assert (code, answer["ok"]) == (0, True), err
    assert {item["state"] for item in answer["items"] if item["kind"] == "service"} == {"stopped"}
    assert {item["state"] for item in answer["items"] if item["kind"] != "service"} == {"done"}
    assert shop.left_running() == {}
    new = {path for path in set(shop.folder.rglob("*")) - before if "__pycache__" not in path.parts}
    assert {path.relative_to(shop.folder / "samples" / "shop").parts[0] for path in new} == {
        "out",
        ".tiktoktoe",
    }


def test_runs_twice_with_the_same_bytes(shop: Shop) -> None:
    """The same events give the same files."""
    out = shop.folder / "samples" / "shop" / "out"

    shop.run(*RUN)
    first = {path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".ndjson"}
    shop.run(*RUN)

    assert first
    assert first == {path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".ndjson"}


UNHEALTHY = "was not healthy within 3s: api: `status == 200` does not hold: `status` is 503"


@pytest.mark.parametrize(
    ("mode", "reason", "printed"),
    [
        ("dies", "exited with 1 before it was healthy", "payments: told to die"),
        ("never", UNHEALTHY, "(mode never)"),
        ("failing", UNHEALTHY, "(mode failing)"),
    ],
)
def test_a_service_that_does_not_come_up_ends_the_run(
    shop: Shop, mode: str, reason: str, printed: str
) -> None:
    """The service is named, what it printed is shown, everything else is stopped, and the exit code is 3."""
    patience = shop.folder / "patience.yaml"
    patience.write_text("orchestration: {start_timeout: 3s}\n")

    code, out, err = shop.run(*RUN, "-c", str(patience), SHOP_PAYMENTS_MODE=mode)

    assert code == 3
    assert f"`payments` {reason}; 2 jobs skipped" in err
    assert f"error[service-failed]: `payments` {reason}" in out
    assert printed in out
    assert "needs `payments`, which failed" in out
    assert shop.left_running() == {}


def test_who_waits_too_long_is_not_blamed(shop: Shop) -> None:
    """When the patience of orders ends, payments has failed, and the setting to raise is that of orders."""
    shop.edit("condition: healthy, timeout: 30s", "condition: healthy, timeout: 2s")

    code, out, err = shop.run(*RUN, SHOP_PAYMENTS_MODE="failing")

    assert code == 3
    assert "`payments` was not healthy within 2s: api: `status == 200` does not hold" in err
    assert "raise `services.orders.depends_on.payments.timeout`" in out


def test_a_service_that_ignores_sigterm_is_killed(shop: Shop) -> None:
    """After its grace a stubborn service is killed; the run is fine all the same."""
    shop.edit("grace: 5s", "grace: 500ms")

    code, out, err = shop.run(*RUN, SHOP_LEDGER_MODE="stubborn")

    assert code == 0, err
    assert "warning[service-killed]: `ledger` ignored SIGTERM for 500ms and was killed" in out
    assert shop.left_running() == {}


def test_an_optional_service_that_fails_does_not_stop_the_others(shop: Shop) -> None:
    """Orders start without notifications, and the run warns and counts the failure."""
    code, out, err = shop.run(*RUN, SHOP_NOTIFICATIONS_MODE="dies")

    assert code == 0, err
    assert "warning[service-failed]: `notifications` exited with 1 before it was healthy" in out
    assert "started without notifications" in out
    assert "6 services healthy, 1 failed, 1 degraded" in err
    assert shop.left_running() == {}


def test_a_taken_port_is_found_before_anything_starts(shop: Shop) -> None:
    """A foreign process at a service's port would look healthy; it is named instead."""
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", int(shop.environ["SHOP_LEDGER_PORT"])))
        squatter.listen()

        code, _, err = shop.run(*RUN)

    assert code == 3
    assert "ledger" in err
    assert shop.environ["SHOP_LEDGER_PORT"] in err
    assert shop.left_running() == {}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize(
    "phase", ["catalog: starting", "catalog: healthy", "simulate payments-brownout: running"]
)
def test_an_interruption_leaves_nothing_running(
    shop: Shop, number: signal.Signals, code: int, phase: str
) -> None:
    """Ctrl-C stops everything in order, whether services start or jobs run."""
    with shop.start(*RUN, "--progress", "plain") as process:
        read_until(process, phase)

        process.send_signal(number)
        ended, out, err = finish(process)

    assert ended == code
    assert f"ended by {number.name}; " in err
    assert "error[" not in out
    assert shop.left_running() == {}


def test_a_run_under_nohup_outlives_its_terminal(shop: Shop) -> None:
    """A SIGHUP that was ignored when the command was started does not end it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as `nohup` does; children inherit it
    try:
        process = shop.start(*RUN, "--progress", "plain")
    finally:
        signal.signal(signal.SIGHUP, before)
    with process:
        read_until(process, "catalog: healthy")

        process.send_signal(signal.SIGHUP)
        ended, _, err = finish(process)

    assert ended == 0
    assert "2 jobs done; all stopped" in err


def test_whoever_insists_gets_an_answer_all_the_same(shop: Shop) -> None:
    """The second Ctrl-C kills what is left; that is no failure of a service, and the last line says it."""
    with shop.start(*RUN, "--progress", "plain", SHOP_LEDGER_MODE="stubborn") as process:
        read_until(process, "simulate payments-brownout: running")
        process.send_signal(signal.SIGINT)
        read_until(process, "stopping ... (again to force)")

        process.send_signal(signal.SIGINT)
        ended, out, err = finish(process)

    assert ended == 130
    assert "ended by force, after a second signal; " in err
    assert "gateway" in out
    assert "[service-" not in out
    assert "SIGKILL" not in out
    assert shop.left_running() == {}


@pytest.mark.parametrize(
    "moment", ["catalog: starting", "catalog: healthy", "orders: starting", "gateway: healthy"]
)
def test_being_killed_leaves_nothing_running(shop: Shop, moment: str) -> None:
    """Even kill -9 of the command takes its services with it, also those that are being started."""
    with shop.start(*RUN, "--progress", "plain") as process:
        read_until(process, moment)

        os.kill(process.pid, signal.SIGKILL)
        finish(process)

    deadline = time.monotonic() + 10
    while shop.left_running() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert shop.left_running() == {}
