"""Programs as destinations: they get each event, and say that they have it."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay.delivering.catalog import make_destination
from tiktoktoe_cli.replay.delivering.surroundings import Surroundings
from tiktoktoe_cli.replay.events.record import Origin
from tiktoktoe_cli.replay.settings.destination import DestinationSettings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.delivering.destination import Destination, Refusal

KEEP = "import sys; open(sys.argv[1], 'ab').write(sys.stdin.buffer.read())"
ANSWER = """
import sys
with open(sys.argv[1], "a") as kept:
    for line in sys.stdin:
        kept.write(line)
        print("too odd" if line.strip() == "7" else "ok", flush=True)
"""


def destination(program: str, *arguments: str, **words: Any) -> Destination:
    """Make a destination of a Python program."""
    run = [sys.executable, "-c", program, *arguments]
    settings = DestinationSettings.model_validate({"command": {"run": run, **words}})
    return make_destination("tool", settings, Surroundings())


def deliver(target: Destination, numbers: range) -> list[Refusal]:
    """Deliver numbers as events."""
    target.write([b"%d" % n for n in numbers], [Origin(0, n, n, b"") for n in numbers])
    return list(target.settle())


def test_a_program_that_ends_well_has_all(tmp_path: Path) -> None:
    """One is started for the events between two checkpoints."""
    with closing(destination(KEEP, str(tmp_path / "kept"))) as target:
        target.open(None)
        deliver(target, range(30_000))
        deliver(target, range(30_000, 30_003))
        deliver(target, range(0))
        target.complete()

    assert (tmp_path / "kept").read_bytes() == b"".join(b"%d\n" % n for n in range(30_003))
    assert target.position() == (30_003, (tmp_path / "kept").stat().st_size)


def test_a_program_may_answer_each_event(tmp_path: Path) -> None:
    """`ok` is good, all else the reason of a refusal; it runs as long as the run does."""
    with closing(destination(ANSWER, str(tmp_path / "kept"), acknowledge="lines")) as target:
        target.open(None)
        first, second = deliver(target, range(1_000)), deliver(target, range(1_000, 1_010))
        target.complete()

    (refusal,) = first
    assert not second
    assert (refusal.origin.number, refusal.message, refusal.attempt.destination) == (7, "too odd", "tool")
    assert len((tmp_path / "kept").read_text().splitlines()) == 1_010
    assert target.events == 1_009


@pytest.mark.parametrize(
    ("program", "words", "message"),
    [
        ("import sys; sys.stdin.read(); sys.exit(3)", {}, "ended with 3"),
        ("import os; os.close(0)", {}, "does not read its input any more|ended with"),
        ("import time; time.sleep(60)", {"timeout": "300ms"}, "has read nothing for 300ms"),
        (
            "import sys; [None for _ in sys.stdin]; sys.stdin.close()",
            {"acknowledge": "lines", "timeout": "1s"},
            "has acknowledged nothing for 1s",
        ),
        ("print('ok')", {"acknowledge": "lines"}, "does not read|has ended, and not acknowledged all events"),
    ],
)
def test_a_program_that_fails_is_down(program: str, words: dict[str, Any], message: str) -> None:
    """What it has not acknowledged is not delivered: the run ends, and can go on."""
    with closing(destination(program, **words)) as target:
        target.open(None)

        with pytest.raises(UnfinishedError, match=rf"the destination `tool` is down: .*({message})"):
            deliver(target, range(100_000))


def test_a_program_that_is_not_there_is_told() -> None:
    """With its name."""
    settings = DestinationSettings.model_validate({"command": {"run": ["no-such-program"]}})

    with closing(make_destination("tool", settings, Surroundings())) as target:
        target.open(None)
        with pytest.raises(UsageError, match="cannot start `no-such-program`"):
            deliver(target, range(1))


def test_a_pipeline_counts_what_a_program_took(shelf: Shelf) -> None:
    """At least once is what it promises."""
    shelf.events(*({"time": "2026-03-02T08:00:00Z", "n": n} for n in range(9)))
    kept = shelf.folder / "kept"

    facts = shelf.run(destinations={"all": {"command": {"run": [sys.executable, "-c", KEEP, str(kept)]}}})

    assert kept.read_bytes().count(b"\n") == facts.delivered == 9
    assert [(found.kind, found.guarantee) for found in facts.destinations] == [("command", "at_least_once")]
