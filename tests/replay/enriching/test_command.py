"""A program is asked for what belongs to an event."""

from __future__ import annotations

import select
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.replay import RunOptions, run_pipeline
from tiktoktoe_cli.replay.enriching.command import CommandSource
from tiktoktoe_cli.replay.enriching.source import Around, Failed
from tiktoktoe_cli.replay.settings.enrichment import CommandLookupSettings, EnrichmentSettings
from tiktoktoe_cli.replay.stopping import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.replay.conftest import Shelf

TIME = "2026-03-02T08:00:00Z"
KNOWS_K = """
    import json, sys
    for line in sys.stdin:
        key = json.loads(line)
        print(json.dumps({"key": key}) if key.startswith("k") else "null", flush=True)
"""


def source(
    program: str, timeout: str = "5s", should_stop: Callable[[], bool] = lambda: False
) -> CommandSource:
    """Make a source of a Python program."""
    run = (sys.executable, "-c", textwrap.dedent(program))
    settings = CommandLookupSettings(run=run, timeout=Duration.parse(timeout))
    return CommandSource(settings, Around(should_stop=should_stop))


def answers(found: Sequence[object]) -> list[object]:
    """Tell rows, misses, and the beginnings of messages."""
    return [
        answer()
        if callable(answer)
        else answer.message.partition(":")[0]
        if isinstance(answer, Failed)
        else answer
        for answer in found
    ]


def test_gives_rows_and_misses_in_their_order() -> None:
    """It is started once, and answers as often as it is asked; odd keys are texts as any other."""
    asked = source(KNOWS_K)

    assert answers(asked.find(["k1", "x", 'k "2"\n'])) == [{"key": "k1"}, None, {"key": 'k "2"\n'}]
    assert answers(asked.find(["k3", "\ud800"])) == [{"key": "k3"}, "the key is no text that can be sent"]


def test_what_is_no_object_is_no_answer() -> None:
    """Numbers, lists and what is no JSON say nothing about the key."""
    program = """
        import sys
        for answer, _ in zip(["17", "[1]", "oh", '{"x":' + "[" * 400 + "]" * 400 + "}"], sys.stdin):
            print(answer, flush=True)
    """

    assert answers(source(program).find(["a", "b", "c", "d"])) == [
        "the answer is neither a JSON object nor null",
        "the answer is neither a JSON object nor null",
        "the answer is no JSON",
        "the row is nested too deep to be written",
    ]


def test_a_program_that_ends_is_started_anew_for_the_next_keys() -> None:
    """What it had answered counts; the others are told how it has ended."""
    program = """
        import sys
        print('{"n": 1}', flush=True)
        sys.stdin.readline()
        sys.exit(3)
    """
    asked = source(program)

    for _ in range(2):
        assert answers(asked.find(["a", "b"])) == [{"n": 1}, "the program has ended with 3"]


def test_a_program_that_is_silent_is_ended() -> None:
    """Nobody waits longer than the timeout, which counts from the last answer."""
    program = """
        import sys, time
        print("null", flush=True)
        time.sleep(60)
    """

    assert answers(source(program, "300ms").find(["a", "b"])) == [
        None,
        "the program has not answered for 300ms",
    ]


def test_pipes_that_are_full_in_both_directions_are_no_deadlock() -> None:
    """A program may answer while it is still asked, however long questions and answers are."""
    keys = [f"k{number}" + "x" * 2_000 for number in range(500)]

    assert [row() for row in source(KNOWS_K).find(keys) if callable(row)] == [{"key": key} for key in keys]


def test_more_answers_than_questions_are_told() -> None:
    """Whom they belong to nobody knows: the program is started anew."""
    program = """
        print("null\\nnull\\nnull", flush=True)
        import sys; sys.stdin.read()
    """
    found = answers(source(program).find(["a"]))

    assert found == [None]


def test_a_late_answer_is_not_taken_for_that_of_another_key() -> None:
    """What comes after the answer belongs to nobody: the program is started anew before it is asked again."""
    program = """
        import json, sys
        for line in sys.stdin:
            print(json.dumps({"key": json.loads(line)}), flush=True)
            print('{"key": "late"}', flush=True)
    """
    asked = source(program)

    for key in ("a", "b"):
        assert answers(asked.find([key])) == [{"key": key}]
        if asked._child is not None:
            select.select([asked._child._stdout], [], [], 10)


def test_a_program_that_has_ended_between_two_questions_is_started_anew() -> None:
    """It had answered all that it was asked: nobody goes without an answer."""
    program = """
        import sys
        sys.stdin.readline()
        print('{"n": 1}', flush=True)
    """
    asked = source(program)

    for _ in range(3):
        assert answers(asked.find(["a"])) == [{"n": 1}]
        assert asked._child is not None
        asked._child._process.wait(10)


def test_a_program_that_is_not_there_is_no_answer() -> None:
    """It may come while the run goes on; the check of the YAML has told it before."""
    settings = CommandLookupSettings(run=("/none/such",))

    assert answers(CommandSource(settings, Around()).find(["a"])) == ["the program cannot be started"]


def test_stopping_does_not_wait_for_it() -> None:
    """Who wants the run to end does not have to wait for the timeout."""
    with pytest.raises(StoppedError):
        source("import time; time.sleep(60)", should_stop=lambda: True).find(["a"])


def test_a_run_with_a_program(shelf: Shelf) -> None:
    """Rows come into events; what fails is a dead letter."""
    shelf.put("knows.py", textwrap.dedent(KNOWS_K))
    shelf.events(*({"time": TIME, "k": key} for key in ("k1", "x", "k1")))
    lookup = {"command": {"run": [sys.executable, f"{shelf.folder}/knows.py"]}, "key": "k"}

    facts = shelf.run({"context_enrichment": {"lookup": lookup, "into": "row"}})

    assert [event["row"] for event in shelf.read("all")] == [{"key": "k1"}, None, {"key": "k1"}]
    assert (facts.measure("cache_hits"), facts.measure("cache_misses")) == (1, 2)


def test_no_program_outlives_the_workers_that_asked_it(shelf: Shelf) -> None:
    """Also one that does not end at the end of its input."""
    shelf.put("knows.py", textwrap.dedent(KNOWS_K) + "import time; time.sleep(60)\n")
    shelf.put("asks.sh", f"echo $$ >> {shelf.folder}/pids; exec {sys.executable} {shelf.folder}/knows.py\n")
    shelf.events(*({"time": TIME, "k": f"k{number}"} for number in range(20)))
    lookup = {"command": {"run": ["sh", f"{shelf.folder}/asks.sh"]}, "key": "k"}
    stage = {"context_enrichment": {"lookup": lookup, "into": "row"}}

    run_pipeline("test", shelf.settings(stages=[stage]), options=RunOptions(workers=2))

    pids = (shelf.folder / "pids").read_text().split()
    assert pids
    assert [pid for pid in pids if _is_running(pid)] == []


def _is_running(pid: str) -> bool:
    """Tell whether a process is there, and no zombie that waits for whoever has started it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_its_settings_name_one_source() -> None:
    """A program beside a table is a mistake."""
    with pytest.raises(ValueError, match="expected one of"):
        EnrichmentSettings.model_validate(
            {"lookup": {"command": {"run": ["x"]}, "table": "t.csv", "match": "id", "key": "k"}, "into": "x"}
        )
