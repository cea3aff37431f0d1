"""Runs that are cut short and go on: the files come out byte for byte as if nothing had happened."""

from __future__ import annotations

import hashlib
import inspect
import io
import json
import multiprocessing
import os
import resource
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.replay.conftest import Shelf
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay import Ending, RunOptions, Start, run_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

STAGES = (
    {"dedupe": {"key": ["id"], "window": "10m"}},
    {"correlation": {"key": "order", "window": "2m", "lateness": "30m"}},
)
CHAINS: dict[str, tuple[dict[str, Any], ...]] = {
    "marks": STAGES,
    "groups": (
        {"correlation": {"key": "order", "window": {"sliding": "1m"}, "emit": "group", "lateness": "1m"}},
    ),
    "joins": (
        {
            "correlation": {
                "key": "order",
                "emit": "join",
                "expects": ["a", "b"],
                "deadline": "3m",
                "lateness": "unlimited",
            }
        },
    ),
    "sums": (
        {"dedupe": {"key": ["id"], "window": "10m"}},
        {
            "aggregate": {
                "key": "order",
                "window": {"sliding": "5m", "every": "1m"},
                "fields": {"n": {"sum": "n"}, "ids": {"distinct": "id"}},
                "lateness": "1m",
            }
        },
        {"correlation": {"key": "data.key", "window": "2m", "lateness": "30m"}},
    ),
}
ROUTES = [{"when": "n % 3 == 0", "to": ["third"]}, {"when": "n % 7 != 0", "to": ["all"]}]
FILES = 12


def events(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Make events that come a little out of order; some twice, some without a time."""
    random = Random(seed)  # noqa: S311  # for tests
    for n in range(count):
        at = n * 4 + random.randrange(60)
        yield {
            "id": f"e{random.choice([n, n, n, max(n - 20, 0)])}",
            "time": f"2026-03-02T{at // 3600 % 24:02}:{at // 60 % 60:02}:{at % 60:02}Z" if n % 50 else "soon",
            "order": f"o{random.randrange(40)}" if n % 11 else None,
            "type": "abc"[n % 3],
            "n": n,
        }


def fill(shelf: Shelf, seed: int, count: int = 600) -> None:
    """Write files of events; each is a block of its own."""
    lines = [json.dumps(event) + "\n" for event in events(seed, count)]
    for number in range(FILES):
        text = "".join(lines[number * count // FILES : (number + 1) * count // FILES])
        shelf.put(f"{number:02}.ndjson", text)


def pipeline(shelf: Shelf, order: str = "input", every: int = 60, chain: str = "marks") -> PipelineSettings:
    """Make a pipeline with windows, two destinations, dead letters and frequent checkpoints."""
    return shelf.settings(
        input={"paths": [f"{shelf.folder}/*.ndjson*"], "order": order},
        stages=CHAINS[chain],
        routing=ROUTES,
        destinations={name: {"file": f"{shelf.folder}/out/{name}.ndjson"} for name in ("all", "third")},
        state={"dir": f"{shelf.folder}/state", "checkpoint_every": every},
    )


def outputs(shelf: Shelf) -> dict[str, bytes]:
    """Read all outputs, and take them away."""
    out = shelf.folder / "out"
    found = {
        str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()
    }
    for name in found:
        (out / name).unlink()
    return found


@dataclass
class Patience:
    """Wants a run to stop once it was asked so often."""

    asked: int

    def __call__(self) -> bool:
        """Tell whether to stop."""
        self.asked -= 1
        return self.asked < 0


@pytest.mark.parametrize("order", ["input", "event_time"])
@pytest.mark.parametrize("chain", CHAINS)
@given(
    seed=st.integers(0, 99),
    stops=st.lists(st.integers(1, 30), max_size=4),
    workers=st.sampled_from([1, 1, 2]),
)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_run_goes_on_as_if_it_had_never_stopped(  # noqa: PLR0913, PLR0917  # what is varied
    tmp_path_factory: pytest.TempPathFactory,
    chain: str,
    order: str,
    seed: int,
    stops: list[int],
    workers: int,
) -> None:
    """However often a run is stopped: the outputs, the dead letters and the counts are those of one that is not."""
    shelf = Shelf(tmp_path_factory.mktemp("resume"))
    fill(shelf, seed)
    settled = pipeline(shelf, order, chain=chain)
    whole = run_pipeline("p", settled)
    wanted = outputs(shelf)

    for stop in stops:
        run_pipeline("p", settled, should_stop=Patience(stop), options=RunOptions(Start.RESUME))
    facts = run_pipeline("p", settled, options=RunOptions(Start.RESUME, workers))

    assert outputs(shelf) == wanted
    assert facts.ending is Ending.COMPLETE
    assert [(stage.name, stage.taken, stage.passed, stage.dead, stage.dropped) for stage in facts.stages] == [
        (stage.name, stage.taken, stage.passed, stage.dead, stage.dropped) for stage in whole.stages
    ]
    assert (facts.lines, facts.reasons) == (whole.lines, whole.reasons)
    assert [(rule.matched, rule.errors) for rule in facts.rules] == [
        (rule.matched, rule.errors) for rule in whole.rules
    ]


def run_apart(
    settings: PipelineSettings, start: Start, kill_after_s: float | None = None, room: int | None = None
) -> int | None:
    """Run a pipeline in a process of its own, and kill that if it takes longer; return how it ended.

    With `room` no file may become larger than so many bytes.
    """

    def run() -> None:
        if room is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        try:
            run_pipeline("p", settings, options=RunOptions(start))
        except UnfinishedError:
            os._exit(3)

    child = multiprocessing.get_context("fork").Process(target=run)
    child.start()
    child.join(kill_after_s)
    if child.is_alive() and child.pid is not None and kill_after_s is not None:
        os.kill(child.pid, signal.SIGKILL)
    child.join(60)
    return child.exitcode


def test_the_log_of_checkpoints_stays_in_proportion_to_what_is_held(shelf: Shelf) -> None:
    """Windows that have closed leave it: a long run does not make a long log."""
    text = "".join(json.dumps(event | {"text": "x" * 1_000}) + "\n" for event in events(4, 20_000))
    shelf.put("a.ndjson", text)
    settings = pipeline(shelf, every=200, chain="groups")
    database = shelf.folder / "state" / "p" / "state.db"
    sizes = []

    def look() -> bool:
        sizes.append(database.stat().st_size if database.exists() else 0)
        return False

    run_pipeline("p", settings, should_stop=look)

    assert len(text) > 20 << 20
    assert 0 < max(sizes) < 6 << 20


def test_a_full_disk_ends_a_run_that_can_go_on(shelf: Shelf) -> None:
    """What could be written up to the last checkpoint is kept; with more room the rest is added."""
    text = "".join(json.dumps(event) + "\n" for event in events(4, 5_000))
    shelf.put("a.ndjson", text)
    settings = pipeline(shelf, every=300)
    run_pipeline("p", settings)
    wanted = outputs(shelf)
    room = len(wanted["all.ndjson"]) // 2

    code = run_apart(settings, Start.ASK, room=room)
    left = run_pipeline("p", settings, options=RunOptions(Start.RESUME))

    assert code == 3
    assert left.is_resumed
    assert outputs(shelf) == wanted


def test_a_run_that_was_cut_short_is_not_forgotten_by_accident(shelf: Shelf) -> None:
    """Somebody has to say whether to go on or to begin anew; to begin anew gives the same outputs, too."""
    fill(shelf, 1)
    wanted = (run_pipeline("p", pipeline(shelf)), outputs(shelf))[1]
    stopped = run_pipeline("p", pipeline(shelf), should_stop=Patience(5))

    with pytest.raises(UsageError, match="an earlier run of this pipeline was cut short") as refused:
        run_pipeline("p", pipeline(shelf))
    anew = run_pipeline("p", pipeline(shelf), options=RunOptions(Start.RESTART))

    assert (stopped.ending, anew.is_resumed) == (Ending.INTERRUPTED, False)
    assert refused.value.hint == "go on with `--resume`, or begin anew with `--restart`"
    assert outputs(shelf) == wanted


def test_another_pipeline_does_not_go_on_where_this_one_was(shelf: Shelf) -> None:
    """If the settings or the inputs have changed, what would come out is neither the one nor the other."""
    fill(shelf, 1)
    run_pipeline("p", pipeline(shelf), should_stop=Patience(5))
    shelf.put("05.ndjson", b'{"time": "2026-03-02T08:00:00Z", "n": 1}\n')

    with pytest.raises(UsageError, match="are not those of the run that was cut short"):
        run_pipeline("p", pipeline(shelf), options=RunOptions(Start.RESUME))


def test_whoever_wants_to_go_on_where_nothing_is_begins(shelf: Shelf) -> None:
    """`--resume` can always be said; a finished run leaves no state."""
    fill(shelf, 1)

    facts = run_pipeline("p", pipeline(shelf), options=RunOptions(Start.RESUME))

    assert (facts.ending, facts.is_resumed) == (Ending.COMPLETE, False)
    assert facts.checkpoints > 3
    assert [path.name for path in (shelf.folder / "state" / "p").iterdir()] == ["run.json"]


@pytest.mark.parametrize("order", ["input", "event_time"])
def test_any_number_of_workers_gives_the_same_bytes(shelf: Shelf, order: str) -> None:
    """Processes look at blocks beside each other; what comes out keeps the order of the blocks."""
    fill(shelf, 2)

    found = []
    for workers in (1, 2, 5):
        run_pipeline("p", pipeline(shelf, order), options=RunOptions(workers=workers))
        found.append(outputs(shelf))

    assert found[0] == found[1] == found[2]


def test_the_manifest_proves_what_went_in_and_came_out(shelf: Shelf) -> None:
    """Sizes and hashes are those of the files; the same run again writes the same manifest, stopped or not."""
    fill(shelf, 3)
    manifest = shelf.folder / "state" / "p" / "run.json"

    run_pipeline("p", pipeline(shelf))
    first = manifest.read_bytes()
    run_pipeline("p", pipeline(shelf), should_stop=Patience(4))
    run_pipeline("p", pipeline(shelf), options=RunOptions(Start.RESUME))

    told = json.loads(first)
    assert manifest.read_bytes() == first
    assert len(told["inputs"]) == FILES
    written = [file for output in (*told["outputs"], told["dead_letters"]) for file in output["files"]]
    assert len(written) == len(told["outputs"]) + 1
    for found in (*told["inputs"], *written):
        data = Path(found["path"]).read_bytes()
        assert (found["bytes"], found["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    for stage in told["stages"]:
        assert stage["in"] == stage["out"] + stage["dead"] + sum(stage["dropped"].values())


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ({"path": "all.ndjson", "rotate": {"events": 4}}, ["all-000001", "all-000002", "all-000003"]),
        ({"path": "{n % 3}.ndjson"}, ["0", "1", "2"]),
    ],
    ids=["rotated", "partitioned"],
)
def test_the_manifest_names_every_file_of_an_output(
    shelf: Shelf, file: dict[str, Any], names: list[str]
) -> None:
    """The parts of this run, and nothing that an earlier one has left under the name that they are made of."""
    shelf.events(*({"time": "2026-03-02T08:00:00Z", "n": n} for n in range(10)))
    (shelf.folder / "out").mkdir(exist_ok=True)
    (shelf.folder / "out" / "all.ndjson").write_text("of an earlier run\n")
    destinations = {"all": {"file": file | {"path": f"{shelf.folder}/out/{file['path']}"}}}

    run_pipeline("p", shelf.settings(destinations=destinations))

    [output] = json.loads((shelf.folder / "state" / "p" / "run.json").read_bytes())["outputs"]
    assert [Path(found["path"]).stem for found in output["files"]] == names
    for found in output["files"]:
        data = Path(found["path"]).read_bytes()
        assert (found["bytes"], found["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


def test_standard_input_is_kept_until_the_run_has_succeeded(shelf: Shelf) -> None:
    """A run that goes on needs nobody to give the events again; afterwards no copy of them is left."""
    text = "".join(json.dumps(event) + "\n" for event in events(5, 3_000)).encode()
    shelf.put("a.ndjson", text)
    named = {"paths": ["-"], "order": "input"}
    run_pipeline("p", pipeline(shelf))
    wanted = outputs(shelf)
    settings = pipeline(shelf).model_copy(update={"input": shelf.settings(input=named).input})
    copy = shelf.folder / "state" / "p" / "stdin"

    stopped = run_pipeline("p", settings, should_stop=Patience(1), options=RunOptions(stdin=io.BytesIO(text)))
    was_kept = copy.exists()
    run_pipeline("p", settings, options=RunOptions(Start.RESUME, stdin=io.BytesIO()))

    assert (stopped.ending, was_kept, copy.exists()) == (Ending.INTERRUPTED, True, False)
    found = outputs(shelf)
    assert (found["all.ndjson"], found["third.ndjson"]) == (wanted["all.ndjson"], wanted["third.ndjson"])
    assert b'"file":"-"' in found["dead.ndjson"]


@pytest.mark.parametrize("order", ["input", "event_time"])
def test_a_stop_in_the_middle_of_a_lookup_loses_nothing(shelf: Shelf, order: str) -> None:
    """What a stage before it has remembered of the batch is forgotten: the run goes on from the checkpoint before."""
    shelf.put("knows.py", "import sys\nfor line in sys.stdin:\n    print('null', flush=True)\n")
    fill(shelf, 3, 3_000)
    stages = [
        {"dedupe": {"key": ["id"], "window": "10m"}},
        {
            "context_enrichment": {
                "lookup": {"command": {"run": [sys.executable, f"{shelf.folder}/knows.py"]}, "key": "id"},
                "into": "who",
            }
        },
    ]
    settings = pipeline(shelf, order).model_copy(update={"stages": shelf.settings(stages=stages).stages})
    run_pipeline("p", settings)
    wanted = outputs(shelf)

    def stops_in(name: str) -> Callable[[], bool]:
        left = [3]

        def should_stop() -> bool:
            if any(frame.function == name for frame in inspect.stack()):
                left[0] -= 1
            return left[0] < 0

        return should_stop

    stopped = run_pipeline("p", settings, should_stop=stops_in("talk"))
    run_pipeline("p", settings, options=RunOptions(Start.RESUME))

    assert stopped.ending is Ending.INTERRUPTED
    assert outputs(shelf) == wanted
