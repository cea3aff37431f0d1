"""Whatever stands in a file has its declared outcome, and the counts add up: whole runs over one bad thing each."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from pydantic import ValidationError

from tests.replay.test_run import accounted
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.replay import Ending
from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.events.letter import Reason

if TYPE_CHECKING:
    from tests.replay.conftest import Shelf

GOOD = b'{"id":"a","time":"2026-03-02T08:00:00Z"}\n'


class Case(NamedTuple):
    """What stands between two good events, how many events of it are delivered, and why the others are not."""

    content: bytes
    delivered: int
    reason: Reason | Drop | None


def timed(more: bytes) -> bytes:
    """Make an event with something more in it."""
    return b'{"time":"2026-03-02T08:00:01Z",%b}\n' % more


CASES = {
    "a line of 50 MB": Case(timed(b'"a":"%b"' % (b"x" * 50_000_000)), 0, Reason.PARSE),
    "a long line that is allowed": Case(timed(b'"a":"%b"' % (b"x" * 1_000_000)), 1, None),
    "invalid UTF-8": Case(timed(b'"a":"\xff"'), 0, Reason.PARSE),
    "a surrogate in UTF-8": Case(timed(b'"a":"\xed\xa0\x80"'), 0, Reason.PARSE),
    "a NUL byte": Case(timed(b'"a":"\0"'), 0, Reason.PARSE),
    "deep nesting": Case(timed(b'"a":' + b"[" * 100_000 + b"]" * 100_000), 0, Reason.PARSE),
    "nesting that can be read and not written": Case(
        timed(b'"a":' + b"[" * 300 + b"]" * 300), 0, Reason.ENCODING
    ),
    "duplicate keys": Case(timed(b'"a":1,"a":2'), 1, None),
    "an integer beyond 64 bits": Case(timed(b'"a":18446744073709551616'), 0, Reason.PARSE),
    "the largest integer": Case(timed(b'"a":18446744073709551615'), 1, None),
    "NaN": Case(timed(b'"a":NaN'), 0, Reason.PARSE),
    "infinity": Case(timed(b'"a":-Infinity'), 0, Reason.PARSE),
    "an empty line": Case(b"\n", 0, Drop.EMPTY),
    "a line of white space": Case(b" \t\r\n", 0, Drop.EMPTY),
    "CRLF": Case(timed(b'"a":1').replace(b"\n", b"\r\n"), 1, None),
    "no object": Case(b"[1, 2]\n", 0, Reason.PARSE),
    "no time": Case(b'{"a":1}\n', 0, Reason.TIME),
    "a time that is null": Case(b'{"time":null}\n', 0, Reason.TIME),
    "a time in seconds": Case(b'{"time":1772438400}\n', 0, Reason.TIME),
    "a time without its zone": Case(b'{"time":"2026-03-02T08:00:00"}\n', 0, Reason.TIME),
    "a day that does not exist": Case(b'{"time":"2026-02-30T08:00:00Z"}\n', 0, Reason.TIME),
}


@pytest.mark.parametrize("order", ["input", "event_time"])
@pytest.mark.parametrize("name", list(CASES))
def test_one_bad_line_has_its_outcome_and_costs_no_other(shelf: Shelf, name: str, order: str) -> None:
    """The events before and after it are delivered, and every line is counted once."""
    case = CASES[name]
    shelf.put("a.ndjson", GOOD + case.content + GOOD)

    facts = shelf.run(input={"paths": [f"{shelf.folder}/*.ndjson"], "order": order})

    assert facts.ending is Ending.COMPLETE
    assert facts.delivered == 2 + case.delivered == len(shelf.read("all"))
    assert dict(facts.reasons) == ({case.reason: 1} if isinstance(case.reason, Reason) else {})
    assert facts.dropped(Drop.EMPTY) == (case.reason is Drop.EMPTY)
    assert accounted(facts) == facts.lines == 3


@pytest.mark.parametrize(
    ("form", "value", "is_a_time"),
    [
        ("epoch_s", "1772438400", True),
        ("epoch_s", "1772438400.25", True),
        ("epoch_s", '"1772438400"', False),
        ("epoch_ms", "1772438400250", True),
        ("epoch_ms", "true", False),
        ("rfc3339", '"2026-03-02T09:00:00.000000001+01:00"', True),
        ("rfc3339", "1772438400", False),
        ("epoch_s", "1e300", False),
    ],
)
def test_times_are_read_in_the_form_that_the_yaml_names(
    shelf: Shelf,
    form: str,
    value: str,
    is_a_time: bool,  # noqa: FBT001  # a case
) -> None:
    """Seconds, milliseconds or text; anything else is a dead letter."""
    shelf.put("a.ndjson", f'{{"time":{value}}}\n')

    facts = shelf.run(input={"paths": [f"{shelf.folder}/a.ndjson"], "time": {"format": form}})

    assert (facts.delivered, dict(facts.reasons)) == ((1, {}) if is_a_time else (0, {Reason.TIME: 1}))


def test_a_record_that_is_cut_at_the_end_of_the_file_is_told_as_cut(shelf: Shelf) -> None:
    """The events before it are delivered."""
    shelf.put("a.ndjson", GOOD + GOOD[:20])

    facts = shelf.run()

    assert (facts.delivered, dict(facts.reasons)) == (1, {Reason.PARSE: 1})
    assert shelf.read("dead")[0]["errors"][0]["keyword"] == "cut"


def test_a_gzip_member_that_is_cut_gives_what_stands_before(shelf: Shelf) -> None:
    """The rest is one dead letter, and the run is no success."""
    lines = b"".join(timed(b'"n":%d' % number) for number in range(20_000))
    packed = gzip.compress(lines)
    shelf.put("a.ndjson", packed[: len(packed) // 2])

    facts = shelf.run()

    assert 0 < facts.delivered < 20_000
    assert facts.reasons[Reason.DAMAGED] == 1
    assert not facts.ok
    assert accounted(facts) == facts.lines


def test_a_byte_order_mark_is_no_part_of_the_first_event(shelf: Shelf) -> None:
    """Some editors write one."""
    shelf.put("a.ndjson", b"\xef\xbb\xbf" + GOOD)

    assert shelf.run().delivered == 1
    assert shelf.bytes_of("all") == GOOD


@pytest.mark.parametrize(
    ("stage", "files", "told"),
    [
        (
            {"context_enrichment": {"lookup": {"table": "t.csv", "key": "id", "match": "id"}, "into": "x"}},
            {"t.csv": "id,n\na,1\na,2\n"},
            "t.csv",
        ),
        ({"validation": {"schema": "s.json"}}, {"s.json": '{"type": "strnig"}'}, "s.json"),
        ({"validation": {"schema": "s.json"}}, {"s.json": '{"$ref": "http://127.0.0.1:9/x"}'}, "s.json"),
        ({"validation": {"schema": "s.json"}}, {"s.json": "{"}, "s.json"),
    ],
)
def test_a_table_or_schema_that_cannot_be_used_ends_the_run_before_it_begins(
    shelf: Shelf, stage: dict[str, Any], files: dict[str, str], told: str
) -> None:
    """Keys that stand twice, a schema that does not compile, or one that points into the network."""
    shelf.put("a.ndjson", GOOD)
    for name, content in files.items():
        shelf.put(name, content)
    (key, settings), *_ = stage.items()
    whole = str(shelf.folder) + "/"
    if "lookup" in settings:
        settings = settings | {"lookup": settings["lookup"] | {"table": whole + "t.csv"}}
    else:
        settings = settings | {"schema": whole + "s.json"}

    with pytest.raises((UsageError, ValidationError)) as caught:
        shelf.run({key: settings})

    assert told in str(caught.value)
    assert not (shelf.folder / "out" / "all.ndjson").exists()
