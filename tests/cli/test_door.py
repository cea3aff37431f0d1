"""What a shell sees: exit codes, streams, messages."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tiktoktoe_cli import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--version"], 0, __version__),
        (["--help"], 0, "Exit codes:"),
        (["config", "--help"], 0, "check"),
        (["config", "check", "--help"], 0, "Examples:"),
        ([], 2, "Usage:"),
        (["config"], 2, "Usage:"),
    ],
)
def test_help_goes_to_standard_output(
    tiktoktoe: Callable[..., Result], arguments: list[str], code: int, words: str
) -> None:
    """Help is an answer; asking for nothing at all is a mistake that is answered with help."""
    result = tiktoktoe(*arguments)

    assert (result.code, result.err) == (code, "")
    assert words in result.out


@pytest.mark.parametrize(
    ("arguments", "words", "hint"),
    [
        (["confg"], "no such command 'confg'", "tiktoktoe --help"),
        (["config", "chek"], "no such command 'chek'", "tiktoktoe config --help"),
        (["config", "check", "--nope"], "no such option", "tiktoktoe config check --help"),
        (
            ["config", "check", "-o", "jsn", "-c", "x"],
            "unknown value of `--output`: `jsn`",
            "did you mean `json`?",
        ),
        (["config", "check", "--color", "sometimes"], "`--color`", "choose one of"),
        (["config", "check", "--report", "junit"], "names no file", "--report junit=FILE"),
        (["config", "check", "--report", "junt=x", "-c", "x"], "unknown value of `--report`", "`junit`"),
        (["config", "explain", "bad-unt"], "unknown problem code: `bad-unt`", "did you mean `bad-unit`?"),
        (["expr", "eval", "1 +"], "", "tiktoktoe"),
        (["expr", "eval", "1", "--vars", "[1]"], "not a JSON object", "write it as"),
        (["expr", "eval", "1", "--vars", "@/nope"], "cannot read `/nope`", "check the path"),
    ],
)
def test_asking_wrongly_ends_with_2(
    tiktoktoe: Callable[..., Result], arguments: list[str], words: str, hint: str
) -> None:
    """A mistake on the command line is told on standard error, with what to do, and nothing on standard output."""
    result = tiktoktoe(*arguments)

    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error")
    assert words in result.err
    assert hint in result.err or hint == "tiktoktoe"


def test_a_missing_configuration_says_where_it_was_looked_for(
    tiktoktoe: Callable[..., Result], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a file anywhere above, the message names the file and the way to get one."""
    monkeypatch.chdir(tmp_path)

    result = tiktoktoe("config", "check")

    assert result.code == 2
    assert "`tiktoktoe.yaml`" in result.err
    assert "tiktoktoe init" in result.err


def test_common_options_stand_before_or_after_the_command(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]
) -> None:
    """`-c` and `-o` mean the same at the root and behind the command; the later one wins."""
    path = write("a.yaml", "version: 1\n")

    before = tiktoktoe("-c", path, "-o", "json", "config", "check")
    after = tiktoktoe("config", "check", "-c", path, "-o", "json")
    both = tiktoktoe("-o", "yaml", "config", "check", "-c", path, "-o", "json")

    assert json.loads(before.out) == json.loads(after.out) == json.loads(both.out)


def test_the_environment_gives_defaults(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`TIKTOKTOE_CONFIG` and `TIKTOKTOE_OUTPUT` stand in for options that are not given."""
    monkeypatch.setenv("TIKTOKTOE_CONFIG", write("a.yaml", "version: 1\n"))
    monkeypatch.setenv("TIKTOKTOE_OUTPUT", "json")

    assert json.loads(tiktoktoe("config", "check").out)["ok"] is True


def test_quiet_prints_nothing_but_the_answer(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]
) -> None:
    """With -q standard error is silent when all is well."""
    result = tiktoktoe("config", "check", "-q", "-c", write("a.yaml", "version: 1\n"))

    assert (result.code, result.out, result.err) == (0, "", "")


def _start(*arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tiktoktoe_cli", *arguments],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_a_command_quietly(number: signal.Signals, code: int) -> None:
    """Ctrl-C and SIGTERM end a waiting command with their own codes and without a traceback."""
    with _start("config", "check", "-v", "-c", "-") as process:
        assert process.stderr is not None
        assert b"reading" in process.stderr.readline()  # it now waits for its standard input

        process.send_signal(number)
        _, err = process.communicate(timeout=30)

    assert process.returncode == code
    assert b"Traceback" not in err


INPUTS = [
    ("graph", "validate", "-c", "-"),
    ("graph", "validate", "-c", "{file}", "--baseline", "-"),
    ("graph", "critical", "-c", "{file}", "--measured", "-"),
    ("graph", "diff", "-", "{file}"),
    ("graph", "import", "compose", "-"),
    ("expr", "eval", "1", "--vars", "@-"),
    ("request", "send", "http://127.0.0.1:1/", "-d", "-"),
]


def _in_shell(redirection: str, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command with its streams as a shell leaves them."""
    line = f'exec "$@" {redirection}'
    return subprocess.run(
        ["sh", "-c", line, "sh", sys.executable, "-m", "tiktoktoe_cli", *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", INPUTS, ids=lambda command: " ".join(command[:3]))
def test_a_closed_standard_input_is_told(write: Callable[[str, str], str], command: tuple[str, ...]) -> None:
    """Whatever reads `-` says that there is nothing to read: `<&-` is a mistake of the caller, and no bug."""
    file = write("a.yaml", "version: 1\nservices: {a: {}}\n")

    result = _in_shell("<&-", *(word.format(file=file) for word in command))

    assert result.returncode == 2
    assert "standard input is closed" in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("graph", "critical", "-c", "-", "--measured", "-"),
        ("graph", "validate", "-c", "-", "--baseline", "-"),
        ("graph", "diff", "-", "-"),
        ("request", "send", "http://127.0.0.1:1/", "-c", "-", "-d", "-"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_standard_input_is_read_once(command: tuple[str, ...]) -> None:
    """Two inputs cannot both be `-`: the second would find nothing, and say that nothing was there."""
    result = _in_shell("", *command, given="version: 1\nservices: {a: {}}\n")

    assert result.returncode == 2
    assert "standard input can be read only once" in result.stderr


def test_a_broken_pipe_is_quiet() -> None:
    """Whoever read enough may leave: `| head` is no failure."""
    assert _without_a_reader("config", "schema") == (0, b"")


def _without_a_reader(*arguments: str) -> tuple[int, bytes]:
    """Run a command whose reader has left; return its exit code and what it says on standard error."""
    reader, writer = os.pipe()
    os.close(reader)
    process = _start(*arguments, stdout=writer)
    os.close(writer)

    with process:
        _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.parametrize("output", ["table", "json"])
def test_the_answer_stays_no_when_its_reader_leaves(
    write: Callable[[str, str], str], tmp_path: Any, output: str
) -> None:
    """`graph validate | head` in a script with `pipefail` finds what it would find without; files are whole."""
    path = write("a.yaml", 'services: {a: {depends_on: {gone: "*"}}}\n')
    target = tmp_path / "out.xml"
    reports = ("--report", "tap=-", "--report", f"junit={target}")

    ended = _without_a_reader("graph", "validate", "-c", path, "-o", output, *reports)

    assert ended == (1, b"")
    assert "<failure" in target.read_text()


def test_a_mistake_stays_one_when_its_reader_leaves(write: Callable[[str, str], str]) -> None:
    """The reader of the answer hears nothing, but standard error tells why there is none."""
    path = write("a.yaml", "services: {a: {replicas: two}}\n")

    code, err = _without_a_reader("graph", "validate", "-c", path, "-o", "json")

    assert code == 2
    assert b"wrong-type" in err


def test_machines_hear_of_failures_too(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str], tmp_path: Any
) -> None:
    """A wrong file is no silence: JSON says no with the problems, and an old report that said yes is replaced."""
    path = write("a.yaml", "services: {a: {replicas: two}}\n")
    report = tmp_path / "old.xml"
    report.write_text("all is well")

    result = tiktoktoe("graph", "validate", "-c", path, "-o", "json", "--report", f"junit={report}")

    answer = json.loads(result.out)
    assert (result.code, answer["ok"], answer["command"]) == (2, False, "graph validate")
    assert [problem["code"] for problem in answer["problems"]] == ["wrong-type"]
    assert "<error" in report.read_text()


def test_a_missing_file_is_told_to_machines(tiktoktoe: Callable[..., Result]) -> None:
    """Whatever keeps a command from answering is in its answer."""
    result = tiktoktoe("graph", "plan", "-c", "/nope.yaml", "-o", "json")

    assert (result.code, json.loads(result.out)["ok"]) == (2, False)


@pytest.mark.parametrize(
    "arguments", [["expr", "eval", "1 + 2"], ["config", "explain", "bad-unit"], ["config", "show"]]
)
def test_reports_are_written_by_every_command(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str], tmp_path: Any, arguments: list[str]
) -> None:
    """A report that was asked for is there, also where a person sees no table."""
    target = tmp_path / "out.json"

    result = tiktoktoe(*arguments, "-c", write("a.yaml", "version: 1\n"), "--report", f"json={target}")

    assert result.code == 0
    assert json.loads(target.read_text())["ok"] is True


def test_a_full_disk_is_no_bug() -> None:
    """An answer that cannot be written ends with 3 and says why."""
    with open("/dev/full", "w") as full:  # noqa: PTH123  # a device
        process = _start("config", "schema", stdout=full.fileno())

        with process:
            _, err = process.communicate(timeout=60)

    assert process.returncode == 3
    assert b"no space left" in err


@pytest.mark.parametrize(
    "command",
    [
        ("--version",),
        ("--help",),
        ("graph", "show", "--help"),
        ("config", "schema"),
        ("graph", "show", "-c", "{file}"),
        ("graph", "show", "-c", "{file}", "-o", "svg"),
        ("graph", "show", "-c", "{file}", "-o", "json"),
        ("graph", "validate", "-c", "{file}", "--report", "tap=-"),
    ],
    ids=" ".join,
)
def test_a_closed_standard_output_is_told(write: Callable[[str, str], str], command: tuple[str, ...]) -> None:
    """With `>&-` there is no answer, as there is none on a full disk: nobody may take silence for a yes."""
    file = write("a.yaml", "version: 1\nservices: {a: {}}\n")

    result = _in_shell(">&-", *(word.format(file=file) for word in command))

    assert (result.returncode, result.stderr) == (
        3,
        "error: cannot write the answer: standard output is closed\n",
    )


def test_who_writes_nothing_needs_no_standard_output(write: Callable[[str, str], str], tmp_path: Any) -> None:
    """An answer of no lines can be given with `>&-`, too; the reports are there."""
    file, target = write("a.yaml", "version: 1\nservices: {a: {}}\n"), tmp_path / "out.json"

    result = _in_shell(">&-", "graph", "validate", "-q", "-c", file, "--report", f"json={target}")

    assert (result.returncode, result.stderr) == (0, "")
    assert json.loads(target.read_text())["ok"] is True


def test_warnings_can_be_the_answer(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]
) -> None:
    """`--fail-on warning` turns the answer into a no, in the exit code and in every format."""
    text = 'services: {a: {health: [{name: x, http: {url: "http://127.0.0.1/"}, expect: ["1 == 1"]}]}}\n'
    path = write("a.yaml", text)

    lenient = tiktoktoe("config", "check", "-c", path, "-o", "json")
    strict = tiktoktoe("config", "check", "-c", path, "-o", "json", "--fail-on", "warning")

    assert (lenient.code, json.loads(lenient.out)["ok"]) == (0, True)
    assert (strict.code, json.loads(strict.out)["ok"]) == (1, False)
