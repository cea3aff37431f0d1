"""Whole runs: every event is accounted for, the same input gives the same bytes, and nothing is half done."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.replay.conftest import Json, Shelf
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay import Ending, Phase, SilentObserver, report_of, run_pipeline
from tiktoktoe_cli.replay.events.batch import Drop
from tiktoktoe_cli.replay.events.letter import Reason
from tiktoktoe_cli.replay.options import RunOptions, Start
from tiktoktoe_cli.system import load_system

if TYPE_CHECKING:
    from tiktoktoe_cli.replay import ReplayFacts

TIME = "2026-03-02T08:00:00Z"
SAMPLE = ROOT / "samples" / "shop"


def accounted(facts: ReplayFacts) -> int:
    """Add up all the ways out."""
    return facts.delivered + facts.dead + sum(facts.dropped(drop) for drop in Drop) + facts.unfinished


def minute(number: int, **more: object) -> dict[str, object]:
    """Make an event of a minute after eight."""
    return {"time": f"2026-03-02T{8 + number // 60:02}:{number % 60:02}:00Z", "n": number, **more}


def test_delivers_in_the_order_of_time(shelf: Shelf) -> None:
    """Events of several files are sorted by time; those of one time by file and line."""
    shelf.events(minute(5), minute(1), minute(3, a=1), name="a.ndjson")
    shelf.events(minute(3, b=1), minute(0), name="b.ndjson")

    shelf.run()

    assert [event["n"] for event in shelf.read("all")] == [0, 1, 3, 3, 5]
    assert [list(event)[-1] for event in shelf.read("all")[2:4]] == ["a", "b"]


def test_can_keep_the_order_of_the_input(shelf: Shelf) -> None:
    """With `order: input` events come as they stand."""
    shelf.events(minute(5), minute(1))

    shelf.run(input={"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"})

    assert [event["n"] for event in shelf.read("all")] == [5, 1]


def test_writes_compact_json_and_keeps_the_order_of_keys(shelf: Shelf) -> None:
    """What is delivered is the event as it was read, without spaces."""
    shelf.put("a.ndjson", b'{"z": [1, 2.50], "time": "2026-03-02T08:00:00Z", "\xc3\xa4": null}\r\n')

    shelf.run()

    assert shelf.bytes_of("all") == '{"z":[1,2.5],"time":"2026-03-02T08:00:00Z","ä":null}\n'.encode()


def test_an_event_that_cannot_be_written_is_a_dead_letter(shelf: Shelf) -> None:
    """JSON nested deeper than can be written again is not lost."""
    shelf.put("a.ndjson", b'{"time":"2026-03-02T08:00:00Z","a":' + b"[" * 300 + b"]" * 300 + b"}\n")

    facts = shelf.run()

    assert facts.reasons == {"encoding": 1}


def test_each_kind_of_line_is_counted_once(shelf: Shelf) -> None:
    """Lines in are events delivered, dead letters, and what was left out."""
    shelf.events(minute(0), minute(0), minute(9_000))
    shelf.put("b.ndjson", b"\n{}\n[]\n{" + b"x" * 100 + b'\n{"time":')
    files = {"paths": [f"{shelf.folder}/*.ndjson"], "max_line": "64", "time": {"max_future_jump": "1d"}}
    shelf.events(minute(0), name="c.ndjson")

    facts = shelf.run({"dedupe": {"key": ["n"]}}, input=files)

    assert facts.lines == accounted(facts) == 9
    assert (facts.delivered, facts.dropped(Drop.DUPLICATE), facts.dropped(Drop.EMPTY)) == (1, 2, 1)
    assert facts.reasons == {"time": 2, "parse": 3}
    assert facts.error_rate == 5 / 8


def test_stopping_keeps_a_beginning_of_the_whole(shelf: Shelf) -> None:
    """An interrupted run leaves the old output alone, and a beginning of the new one beside it."""
    shelf.events(*(minute(number % 600) for number in range(3_500)))
    shelf.run()
    whole = shelf.bytes_of("all")
    phases: list[Phase] = []

    class Observer(SilentObserver):
        def advanced(self, phase: Phase, done: int, total: int | None) -> None:
            phases.append(phase)
            assert total in {None, 3_500}
            assert done <= 3_500

    facts = run_pipeline("test", shelf.settings(), Observer(), lambda: phases.count(Phase.DELIVERING) == 3)

    partial = (shelf.folder / "out" / "all.ndjson.partial").read_bytes()
    assert (facts.ending, facts.interrupted, facts.ok) == (Ending.INTERRUPTED, True, False)
    assert (facts.delivered, facts.unfinished, facts.lines) == (1_000, 2_500, 3_500)
    assert shelf.bytes_of("all") == whole
    assert partial
    assert whole.startswith(partial)
    assert partial.count(b"\n") == 1_000


@pytest.mark.parametrize("order", ["event_time", "input"])
def test_what_was_stopped_can_go_on(shelf: Shelf, order: str) -> None:
    """A run that goes on ends with the bytes and the counts of a run that was never stopped."""
    shelf.events(*(minute(number % 600, k=number % 7, pad="x" * 200) for number in range(3_000)))
    stages = [{"dedupe": {"key": ["n"], "window": "3m"}}, {"correlation": {"key": "k", "window": "5m"}}]
    files = {"paths": [f"{shelf.folder}/*.ndjson"], "order": order}
    settings = shelf.settings(stages=stages, input=files)
    whole = run_pipeline("test", settings, clock=lambda: 0)
    expected = shelf.bytes_of("all"), shelf.bytes_of("dead")
    delivering = Phase.DELIVERING if order == "event_time" else Phase.READING
    phases: list[Phase] = []

    class Observer(SilentObserver):
        def advanced(self, phase: Phase, _done: int, _total: int | None) -> None:
            phases.append(phase)

    def should_stop() -> bool:
        return phases.count(delivering) == 3

    stopped = run_pipeline("test", settings, Observer(), should_stop, clock=lambda: 0)
    resumed = run_pipeline("test", settings, clock=lambda: 0, options=RunOptions(Start.RESUME))

    assert accounted(stopped) == stopped.lines
    assert 0 < stopped.delivered < resumed.delivered
    assert replace(resumed, is_resumed=False, checkpoints=0) == whole
    assert (shelf.bytes_of("all"), shelf.bytes_of("dead")) == expected


def test_stopping_while_it_reads_delivers_nothing(shelf: Shelf) -> None:
    """Before everything is read nothing can be in order; no temporary file stays."""
    shelf.events(*(minute(number % 600, pad="x" * 100) for number in range(3_500)))
    answers = iter([False, False, True])
    before = set(Path(tempfile.gettempdir()).glob("tiktoktoe-sort-*"))

    facts = run_pipeline("test", shelf.settings(), should_stop=lambda: next(answers))

    assert facts.delivered == 0
    assert 0 < facts.lines == facts.unfinished < 3_500
    assert set(Path(tempfile.gettempdir()).glob("tiktoktoe-sort-*")) <= before


def test_a_mistake_leaves_no_output(shelf: Shelf) -> None:
    """When a table is missing, nothing has been created."""
    shelf.events(minute(0))
    lookup = {"table": f"{shelf.folder}/none.csv", "key": "n", "match": "id"}

    with pytest.raises(UsageError):
        shelf.run({"context_enrichment": {"lookup": lookup, "into": "x"}})

    assert not (shelf.folder / "out").exists()


@pytest.mark.parametrize("name", ["b.ndjson", "a"])
def test_never_writes_over_its_input(shelf: Shelf, name: str) -> None:
    """An output that a pattern of the input matches, itself or while it is written, is refused."""
    shelf.events(minute(0))
    shelf.put("b.ndjson", b"")
    shelf.put("a.partial", b"")

    with pytest.raises(UsageError, match="would be read and written"):
        shelf.run(
            input={"paths": [f"{shelf.folder}/*.ndjson", f"{shelf.folder}/*.partial"]},
            destinations={"all": {"file": f"{shelf.folder}/{name}"}},
        )


def test_alerts_decide_the_answer(shelf: Shelf) -> None:
    """An alert with `fail` that fires turns yes into no; one with `warn` does not."""
    shelf.events(minute(0), {"n": 1})
    alert = {"name": "errors", "when": "error_rate > 0.4 && processed_events == 2", "action": "warn"}

    warned = shelf.run(monitoring={"alerts": [alert]})
    failed = shelf.run(monitoring={"alerts": [alert | {"action": "fail"}]})

    assert [warned.ok, failed.ok] == [True, False]
    assert {facts.alerts[0].state for facts in (warned, failed)} == {"firing"}


def test_the_clock_touches_nothing_but_durations(shelf: Shelf) -> None:
    """Two clocks give the same outputs, and different durations."""
    shelf.put("t.csv", "id\n1\n")
    shelf.events(minute(0), {"n": 1})
    lookup = {"table": f"{shelf.folder}/t.csv", "key": "n", "match": "id"}
    settings = shelf.settings(stages=[{"context_enrichment": {"lookup": lookup, "into": "x"}}])

    ticks = iter(range(0, 10**12, 10**9))
    slow = run_pipeline("test", settings, clock=lambda: next(ticks))
    first = shelf.bytes_of("all") + shelf.bytes_of("dead")
    still = run_pipeline("test", settings, clock=lambda: 0)

    assert first == shelf.bytes_of("all") + shelf.bytes_of("dead")
    assert slow.enrichment_latency_s == 1.0
    assert slow.elapsed_s > 3.0
    assert (still.enrichment_latency_s, still.elapsed_s, still.events_per_s) == (0.0, 0.0, 0.0)


STAGES: tuple[Json, ...] = (
    {"dedupe": {"key": ["id"], "window": "1m"}},
    {"correlation": {"key": "k", "window": "1m"}},
)
HANDLING = st.sampled_from(["dead_letter", "skip_invalid", "fail"])
EVENT_LINE = st.builds(
    lambda second, key, identity, end: (
        json.dumps(
            {
                "specversion": "1.0",
                "id": identity,
                "source": "/",
                "type": "t",
                "time": f"2026-03-02T08:{second:02}:00Z",
            }
            | ({"k": key} if key else {})
        ).encode()
        + end
    ),
    st.integers(0, 59),
    st.sampled_from(["", "x", "y"]),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from([b"\n", b"\r\n", b"\n\n", b"", b"\0", b"\xff\n"]),
)
CONTENT = st.lists(EVENT_LINE | st.binary(max_size=20), max_size=12).map(b"".join)
PACKED = CONTENT | st.builds(
    lambda content, cut: gzip.compress(content, mtime=0)[: 20 + cut], CONTENT, st.integers(0, 200)
)


@given(
    contents=st.lists(PACKED, min_size=1, max_size=3),
    order=st.sampled_from(["event_time", "input"]),
    handling=HANDLING,
)
def test_any_bytes_are_accounted_for_and_replay_to_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], order: str, handling: str
) -> None:
    """Whatever is in the files, the run ends, its counts add up, and a second run writes the same bytes."""
    shelf = Shelf(tmp_path_factory.mktemp("any"))
    for number, content in enumerate(contents):
        shelf.put(f"{number}.ndjson", content)
    files = {"paths": [f"{shelf.folder}/*.ndjson"], "order": order, "max_line": "200"}
    rules = [{"when": 'id == "1"', "to": []}, {"when": "k > 1", "to": ["all"]}, {"to": ["all"]}]

    validation: Json = {"validation": {"cloudevents": "strict", "error_handling": handling}}

    def run() -> ReplayFacts:
        return shelf.run(validation, *STAGES, input=files, routing=rules)

    facts = run()
    suffix = "" if facts.ending is Ending.COMPLETE else ".partial"
    first = shelf.bytes_of("all", suffix), shelf.bytes_of("dead", suffix)
    run()

    assert accounted(facts) == facts.lines
    assert facts.unfinished == 0 or facts.ending is Ending.REFUSED
    assert first[0].count(b"\n") == facts.delivered
    assert first[1].count(b"\n") == facts.dead
    assert first == (shelf.bytes_of("all", suffix), shelf.bytes_of("dead", suffix))


@pytest.mark.parametrize(("order", "lateness"), [("event_time", "0"), ("input", "10m")])
def test_real_files_out_of_order_lose_nothing(vectors: Path, shelf: Shelf, order: str, lateness: str) -> None:
    """2,900 records of CloudTrail, up to 579 s out of order and gzipped, all arrive, in their 37 sessions."""
    source = vectors / "replay" / "samples" / "cloudtrail.ndjson.gz"
    times = sorted(
        json.loads(line)["eventTime"] for line in gzip.decompress(source.read_bytes()).splitlines()
    )
    files = {"paths": [str(source)], "time": {"field": "eventTime"}, "order": order}
    stage = {"correlation": {"key": "sourceIPAddress", "window": "5m", "lateness": lateness}}

    facts = shelf.run(stage, input=files)

    assert facts.delivered == len(times) == 2_900
    assert facts.measure("sessions") == 37
    assert sorted(event["eventTime"] for event in shelf.read("all")) == times


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """Return a copy of the sample shop with events of 300 orders, or skip where there is none."""
    if not (SAMPLE / "tiktoktoe.yaml").is_file():
        pytest.skip("the sample shop is not there")
    shop = tmp_path / "shop"
    shutil.copytree(SAMPLE, shop, ignore=shutil.ignore_patterns("out", "events", "__pycache__"))
    (shop / "events").mkdir()
    return shop


def test_the_sample_pipeline_gives_what_its_generator_counted(sample: Path) -> None:
    """What the generator says it wrote is what the run says it read, and the bytes do not depend on hashing."""
    command = [sys.executable, str(sample / "generate_events.py"), "--orders", "300", "--seed", "3"]
    told = subprocess.run(
        [*command, "--out", str(sample / "events" / "orders.ndjson")],
        capture_output=True,
        check=True,
        timeout=60,
    )
    written = json.loads(told.stderr)
    settings = load_system([str(sample / "tiktoktoe.yaml")], {}, {"pipelines"})["pipelines"]["orders"]

    facts = run_pipeline("orders", settings)

    broken = written["invalid"]
    parse = broken["broken_json"] + broken["cut_line"]
    assert (facts.lines, facts.dropped(Drop.EMPTY)) == (written["lines"], written["empty_lines"])
    assert facts.reasons.get(Reason.PARSE, 0) == parse
    assert facts.reasons.get(Reason.INVALID, 0) == sum(broken.values()) - parse
    assert facts.reasons.get(Reason.FUTURE, 0) == written["broken_clocks"]
    assert facts.dropped(Drop.DUPLICATE) == written["duplicates"]
    assert facts.delivered == written["valid"] - written["broken_clocks"] - written["duplicates"]
    assert sum(found.events for found in facts.destinations) == facts.delivered


_RUN_AGAIN = """
import sys
from tiktoktoe_cli.replay import run_pipeline
from tiktoktoe_cli.system import load_system
run_pipeline("orders", load_system(sys.argv[1:], {}, {"pipelines"})["pipelines"]["orders"])
"""


def test_the_same_input_gives_the_same_bytes_in_any_process(sample: Path) -> None:
    """Outputs do not depend on the seed of Python's hashes."""
    command = [sys.executable, str(sample / "generate_events.py"), "--orders", "100"]
    subprocess.run(
        [*command, "--out", str(sample / "events" / "orders.ndjson")],
        capture_output=True,
        check=True,
        timeout=60,
    )
    outputs = set()

    for seed in ("0", "1", "4711"):
        subprocess.run(
            [sys.executable, "-c", _RUN_AGAIN, str(sample / "tiktoktoe.yaml")],
            env={"PYTHONHASHSEED": seed},
            check=True,
            timeout=60,
        )
        outputs.add(tuple(path.read_bytes() for path in sorted((sample / "out").iterdir())))

    assert len(outputs) == 1


def test_a_damaged_file_gives_what_it_can_and_is_no_success(shelf: Shelf) -> None:
    """Events before the damage are delivered and published, the rest of the line is kept, and the run says so."""
    text = b"".join(json.dumps(minute(number % 600)).encode() + b"\n" for number in range(1_000))
    packed = gzip.compress(text)
    path = shelf.put("a.ndjson", packed[: len(packed) // 2])
    readable = zlib.decompressobj(31).decompress(packed[: len(packed) // 2])
    whole = readable.count(b"\n")
    tail = readable.rpartition(b"\n")[2]

    facts = shelf.run()

    assert facts.damaged == (f"{path}:{whole + 1}",)
    assert (facts.ok, facts.is_over, facts.reasons) == (False, False, {"damaged": 1})
    assert [problem.code for problem in report_of(facts).problems] == ["input-damaged"]
    assert len(shelf.read("all")) == whole > 100
    [letter] = shelf.read("dead")
    assert (letter["reason"], letter["raw"].encode()) == ("damaged", tail)


def test_two_runs_at_once_never_share_an_output(shelf: Shelf) -> None:
    """The second run is refused and the first one's output is whole."""
    shelf.events(*(minute(number % 600) for number in range(3_000)))
    refused: list[str] = []

    class Observer(SilentObserver):
        def advanced(self, *_: object) -> None:
            if not refused:
                with pytest.raises(UnfinishedError) as caught:
                    shelf.run()
                refused.append(caught.value.message)

    run_pipeline("test", shelf.settings(), Observer())

    assert refused == [f"another run is writing `{shelf.folder}/out/all.ndjson`"]
    assert len(shelf.read("all")) == 3_000


def test_a_file_whose_name_is_no_text_is_read(shelf: Shelf) -> None:
    """Any file name that the system allows will do, also in a dead letter."""
    Path(os.fsdecode(os.fsencode(shelf.folder) + b"/caf\xe9.ndjson")).write_bytes(b"{\n")

    facts = shelf.run()

    assert facts.files == (f"{shelf.folder}/caf\\xe9.ndjson",)
    assert [letter["source"]["file"] for letter in shelf.read("dead")] == list(facts.files)


def test_takes_a_selection_and_counts_the_rest(shelf: Shelf) -> None:
    """With a limit too, whatever the stages are; every event is accounted for."""
    shelf.events(*({"id": str(n), "time": f"2026-01-01T00:00:0{n}Z", "n": n} for n in range(8)))
    files = {"paths": [f"{shelf.folder}/*.ndjson"], "select": {"where": "n != 2", "limit": 3}}

    facts = shelf.run({"dedupe": {}}, input=files)

    assert [event["n"] for event in shelf.read("all")] == [0, 1, 3]
    [selected] = [stage for stage in facts.stages if stage.name == "select"]
    assert (selected.taken, selected.passed, selected.dropped) == (8, 3, {"unselected": 5})
