"""One breaker for many invocations of `request send`, and what ends an invocation early; with real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.client.flapping import HANG, flapping

if TYPE_CHECKING:
    from pathlib import Path

BOUND_S = 60
BREAKER = ("--breaker", "minimum_calls: 2, reset_timeout: 1h")


def start(folder: Path, url: str, *arguments: str) -> subprocess.Popen[str]:
    """Start an invocation."""
    return subprocess.Popen(
        [sys.executable, "-m", "tiktoktoe_cli", "request", "send", url, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def send(folder: Path, url: str, *arguments: str, given: str = "") -> tuple[int, dict[str, Any], str]:
    """Run an invocation to its end; returns its exit code, its answer and what it said."""
    with start(folder, url, *arguments, "-o", "json") as process:
        out, err = process.communicate(given, timeout=BOUND_S)
    return process.returncode, json.loads(out), err


def wait_for(condition: Any) -> None:
    """Wait until something is so, but not for ever."""
    deadline = time.monotonic() + BOUND_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_two_invocations_share_a_breaker(tmp_path: Path) -> None:
    """What two of them saw fail, the third does not even try; without the file it does."""
    options = (*BREAKER, "--state", "states.json")
    with flapping(500) as server:
        codes = [send(tmp_path, server.url, *options)[0] for _ in range(2)]
        code, answer, _ = send(tmp_path, server.url, *options)
        alone, _, _ = send(tmp_path, server.url, *BREAKER)

    assert (codes, code, alone) == ([1, 1], 3, 1)
    assert [(item["kind"], item["cause"]) for item in answer["items"]] == [
        ("rejection", "breaker"),
        ("request", "breaker"),
    ]
    assert len(server.asked) == 3


def test_another_setting_starts_afresh_with_a_warning(tmp_path: Path) -> None:
    """What other rules counted means nothing."""
    with flapping(500) as server:
        for _ in range(2):
            send(tmp_path, server.url, *BREAKER, "--state", "states.json")
        code, answer, _ = send(tmp_path, server.url, "--breaker", "pybreaker", "--state", "states.json")

    assert (code, answer["summary"]["attempts"]) == (1, 1)
    assert [(one["code"], one["severity"]) for one in answer["problems"]] == [
        ("breaker-restarted", "warning")
    ]


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    """It is named, nothing is sent, and it stays as it is."""
    path = tmp_path / "states.json"
    path.write_text('{"format": "tiktoktoe breakers", "version": 1}')

    with flapping(200) as server:
        code, _, err = send(tmp_path, server.url, "--state", "states.json")

    assert (code, server.asked) == (2, [])
    assert f"`{path}` holds no states of breakers: it is damaged" in err
    assert path.read_text() == '{"format": "tiktoktoe breakers", "version": 1}'


def test_a_file_from_the_future_is_told(tmp_path: Path) -> None:
    """The clock was set back: the open breaker does not stay open for as long as that."""
    from tiktoktoe_cli.client.breaker_states import SavedStates, written

    now_ns = time.time_ns()
    path = tmp_path / "states.json"
    path.write_text(written(SavedStates(now_ns + 7200 * 10**9, {})))

    with flapping(200) as server:
        code, answer, _ = send(tmp_path, server.url, *BREAKER, "--state", "states.json")

    assert code == 0
    assert [one["code"] for one in answer["problems"]] == ["clock-went-back"]


def test_being_killed_leaves_the_old_file(tmp_path: Path) -> None:
    """A kill -9 in the middle of a request changes nothing, and the next invocation is not locked out."""
    path = tmp_path / "states.json"
    with flapping(500, HANG, 500) as server:
        send(tmp_path, server.url, *BREAKER, "--state", "states.json")
        before = path.read_bytes()
        with start(tmp_path, server.url, *BREAKER, "--state", "states.json") as process:
            wait_for(lambda: len(server.asked) == 2)
            process.kill()
            process.communicate(timeout=BOUND_S)
        after = path.read_bytes()
        code, answer, _ = send(tmp_path, server.url, *BREAKER, "--state", "states.json")

    assert after == before
    assert (code, [item["outcome"] for item in answer["items"]]) == (1, ["failed", "open", "unexpected"])


def test_invocations_at_the_same_time_take_turns(tmp_path: Path) -> None:
    """Four at once fail as four in a row do: two are sent, and two find the circuit open."""
    options = (*BREAKER, "--state", "states.json", "-o", "json")
    with flapping(500) as server:
        processes = [start(tmp_path, server.url, *options) for _ in range(4)]
        for process in processes:
            with process:
                process.communicate(timeout=BOUND_S)

    assert sorted(process.returncode for process in processes) == [1, 1, 3, 3]
    assert len(server.asked) == 2


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interruption_sums_up_what_was_done(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Ctrl-C gives up what is under way, keeps the state, and says what there is to say."""
    with flapping(200, 200, HANG) as server:
        options = ("--repeat", "9", *BREAKER, "--state", "states.json", "-o", "json")
        with start(tmp_path, server.url, *options) as process:
            wait_for(lambda: len(server.asked) == 3)
            process.send_signal(number)
            out, err = process.communicate(timeout=BOUND_S)

    answer = json.loads(out)
    assert process.returncode == code
    assert "stopping ... (again to force)" in err
    assert answer["verdict"].startswith("stopped after 2 of 9 requests: 3 requests: 2 answered, 1 given up")
    assert answer["ok"] is False
    assert (answer["summary"]["answered"], answer["summary"]["cancelled"]) == (2, 1)
    assert (tmp_path / "states.json").read_text().startswith('{"format": "tiktoktoe breakers"')


def test_the_body_may_come_from_standard_input(tmp_path: Path) -> None:
    """As everywhere in a pipe."""
    with flapping(200) as server:
        code, _, _ = send(tmp_path, server.url, "-d", "-", given="Zoë")

    assert (code, server.asked[0][3]) == (0, "Zoë".encode())


def test_a_closed_standard_input_has_no_body(tmp_path: Path) -> None:
    """`<&-` is told, and is no bug."""
    command = f'exec "{sys.executable}" -m tiktoktoe_cli request send http://127.0.0.1:1/ -d - <&-'
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=tmp_path, env=env, capture_output=True, check=False, timeout=BOUND_S
    )

    assert (done.returncode, b"standard input is closed" in done.stderr) == (2, True)
