"""One service of the sample shop, run as a real process on a free port."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from http.client import HTTPConnection
from typing import TYPE_CHECKING

import pytest

from tests.samples.town import DEADLINE_S, NAMES, finish, free_ports, wait_until

if TYPE_CHECKING:
    from tests.samples.town import Town


def test_says_how_it_is(town: Town) -> None:
    """The health document names the service, its version and age, and what was checked."""
    town.start("ledger")

    status, health = town.call("ledger", "GET /health")

    assert status == 200
    assert health.pop("uptime_s") >= 0
    assert health == {"status": "UP", "service": "ledger", "version": "1.4.3", "checks": {"work": "UP"}}


@pytest.mark.parametrize(
    ("mode", "health", "status", "work"),
    [
        ("ok", 200, "UP", 200),
        ("slow", 200, "UP", 200),
        ("degraded", 200, "DEGRADED", 200),
        ("failing", 503, "DOWN", 500),
        ("never", 503, "DOWN", 503),
        ("stubborn", 200, "UP", 200),
    ],
)
def test_is_what_its_mode_says(town: Town, mode: str, health: int, status: str, work: int) -> None:
    """Each mode has its own health and its own work."""
    town.start("ledger", LEDGER_MODE=mode, LEDGER_DELAY="1")

    answered, document = town.call("ledger", "GET /health")
    worked, _ = town.call("ledger", "GET /balance")

    assert (answered, document["status"], worked) == (health, status, work)


@pytest.mark.parametrize(
    ("mode", "request_", "is_late"),
    [
        ("slow", "GET /health", True),
        ("slow", "GET /balance", True),
        ("degraded", "GET /health", False),
        ("degraded", "GET /balance", True),
    ],
)
def test_is_late_by_its_delay(town: Town, mode: str, request_: str, *, is_late: bool) -> None:
    """A slow service is late with everything, a degraded one only with its work."""
    town.start("ledger", LEDGER_MODE=mode, LEDGER_DELAY="700")

    asked_s = time.monotonic()
    town.call("ledger", request_)

    assert (time.monotonic() - asked_s >= 0.7) is is_late


def test_is_well_when_its_start_is_over(town: Town) -> None:
    """With a start delay a service is down at first and up afterwards."""
    town.start("ledger", LEDGER_START_DELAY="1.5")

    at_first = town.health("ledger")["status"]
    wait_until(lambda: town.health("ledger")["status"] == "UP")

    assert at_first == "DOWN"
    assert town.health("ledger")["uptime_s"] >= 1.5


@pytest.mark.parametrize(
    ("name", "environment", "code", "words"),
    [
        ("ledger", {"LEDGER_MODE": "dies"}, 1, ["ledger", "die"]),
        ("legder", {}, 2, ["`legder`", *NAMES]),
        ("ledger", {"LEDGER_MODE": "sleepy"}, 2, ["`SHOP_LEDGER_MODE`", "`sleepy`", "degraded"]),
        ("ledger", {"LEDGER_DELAY": "soon"}, 2, ["`SHOP_LEDGER_DELAY`", "`soon`"]),
        ("ledger", {"CART_PORT": "70000"}, 2, ["`SHOP_CART_PORT`", "`70000`", "65535"]),
    ],
)
def test_says_in_one_line_why_it_does_not_start(
    town: Town, name: str, environment: dict[str, str], code: int, words: list[str]
) -> None:
    """A start that cannot be ends with its own exit code and one line on stderr."""
    process = town.run(name, **environment)

    ended, out, err = finish(process)

    assert (ended, out, err.count("\n")) == (code, "", 1)
    assert [word for word in words if word not in err] == []


def test_says_which_port_is_taken(town: Town) -> None:
    """A port that somebody else has is named, and what to set to get another."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        ended = finish(town.run("payments", PAYMENTS_PORT=str(port)))

    reason = f"payments: port {port} on 127.0.0.1 is already in use; set SHOP_PAYMENTS_PORT\n"
    assert ended == (3, "", reason)


def test_listens_where_the_option_says(town: Town) -> None:
    """`--port` counts more than the environment."""
    town.ports["ledger"], elsewhere = free_ports(2)
    town.run("ledger", "--port", str(town.ports["ledger"]), LEDGER_PORT=str(elsewhere))

    wait_until(lambda: town.is_listening("ledger"))

    assert town.health("ledger")["service"] == "ledger"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_when_it_is_told_to(town: Town, number: signal.Signals) -> None:
    """SIGTERM and SIGINT end a service with 0; it logs its start and its stop, and nothing else."""
    process = town.start("ledger")
    town.health("ledger")

    process.send_signal(number)
    code, out, err = finish(process)

    listening = f"ledger 1.4.3 listens on http://127.0.0.1:{town.ports['ledger']} (mode ok)"
    assert (code, out.splitlines(), err) == (0, [listening, "ledger stopped"], "")


def test_finishes_what_it_is_doing_before_it_stops(town: Town) -> None:
    """A request in flight is answered, without the rest of its delay, when the service is stopped."""
    process = town.start("ledger", LEDGER_MODE="degraded", LEDGER_DELAY="60000")
    connection = HTTPConnection("127.0.0.1", town.ports["ledger"], timeout=DEADLINE_S)
    connection.request("GET", "/balance")
    town.health("ledger")  # answered at once, and after the balance was taken on

    process.terminate()
    code, _, err = finish(process)
    with connection.getresponse() as response:
        answered = response.status
    connection.close()

    assert (code, answered, err) == (0, 200, "")


def test_is_not_held_up_by_a_caller_who_says_nothing(town: Town) -> None:
    """An open connection without a request does not keep a service from stopping."""
    process = town.start("ledger")
    with socket.create_connection(("127.0.0.1", town.ports["ledger"])):
        town.health("ledger")
        told_s = time.monotonic()

        process.terminate()
        code, _, _ = finish(process)

    assert code == 0
    assert time.monotonic() - told_s < 3  # its drain takes 0.8 s, a reader's timeout 5 s


def test_a_stubborn_service_does_not_stop(town: Town) -> None:
    """In the mode stubborn SIGTERM changes nothing."""
    process = town.start("ledger", LEDGER_MODE="stubborn")
    wait_until(lambda: town.health("ledger")["status"] == "UP")

    process.terminate()

    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1)
    assert town.health("ledger")["status"] == "UP"


def test_logs_requests_if_asked(town: Town) -> None:
    """With SHOP_VERBOSE=1 there is a line for every request."""
    process = town.start("ledger", VERBOSE="1")
    town.call("ledger", "GET /balance")

    process.terminate()
    _, out, _ = finish(process)

    assert 'ledger: "GET /balance HTTP/1.1" 200' in out
