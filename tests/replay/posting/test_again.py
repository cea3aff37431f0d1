"""Dead letters that are sent again: what arrives leaves their file, the rest stays, and nothing is lost."""

from __future__ import annotations

import gzip
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.replay.conftest import Shelf
from tests.replay.delivering.web_server import Sent, Server, serving
from tiktoktoe_cli.errors import UnfinishedError, UsageError
from tiktoktoe_cli.replay import RunOptions, run_pipeline
from tiktoktoe_cli.replay.posting.again import Again, Fate, Posting, send_again
from tiktoktoe_cli.replay.posting.wanted import Wanted, compile_where

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings


def event(n: object, time: str | None = "2026-03-02T08:00:00Z") -> dict[str, Any]:
    """Make an event; one whose `n` is a text is dead, for no rule takes it."""
    return {"id": f"e{n}", "source": "/s", "n": n} | ({"time": time} if time else {})


def pipeline(shelf: Shelf, **changed: Any) -> PipelineSettings:
    """Deliver events whose `n` is a number; the others are dead letters, `unrouted`."""
    return shelf.settings(**({"routing": [{"when": "type(n) == int", "to": ["all"]}]} | changed))


def again(settings: PipelineSettings, wanted: Wanted = Wanted(), **more: Any) -> Again:  # noqa: B008
    """Send letters again."""
    fixed: Path | None = more.pop("fixed", None)
    return send_again(Posting("p", settings, wanted, fixed), RunOptions(), **more)


def fates(sent: Again) -> list[tuple[str, str]]:
    """Tell the id and the fate of each letter."""
    return [(letter.id, fate.value) for letter, fate in sent.letters]


def test_what_arrives_now_leaves_the_file_and_stands_after_what_was_there(shelf: Shelf) -> None:
    """A rule was added: the letters are delivered by the pipeline as it is now."""
    shelf.events(event(1), event("x"), event(2), event("y"))
    run_pipeline("p", pipeline(shelf))

    sent = again(pipeline(shelf, routing=[{"to": ["all"]}]))

    assert fates(sent) == [("ex", "gone"), ("ey", "gone")]
    assert [item["n"] for item in shelf.read("all")] == [1, 2, "x", "y"]
    assert shelf.read("dead") == []


def test_what_is_dead_again_keeps_its_source_and_counts_up_to_the_quarantine(shelf: Shelf) -> None:
    """After three times in vain it is put beside; what nobody wanted is untouched."""
    shelf.events(event(1), event("x"), event("y"))
    settings = pipeline(shelf)
    run_pipeline("p", settings)
    before = shelf.read("dead")

    for count in (1, 2):
        assert fates(again(settings, Wanted(names=["ex"]))) == [("ex", "dead_again")]
        first, second = shelf.read("dead")
        assert (first["replay_count"], second) == (count, before[1])
        assert first["source"] == before[0]["source"]
        assert first["raw"] == before[0]["raw"]
    assert fates(again(settings, Wanted(names=["ex"]))) == [("ex", "quarantined")]

    assert shelf.read("dead") == before[1:]
    assert [letter["replay_count"] for letter in shelf.read("dead.quarantine")] == [3]


def test_corrected_events_stand_in_the_place_of_the_originals(shelf: Shelf) -> None:
    """Also of those that could not be read at all; as many as letters."""
    shelf.put("a.ndjson", json.dumps(event(1)) + "\n" + '{"id": "broken"\n')
    settings = pipeline(shelf)
    run_pipeline("p", settings)
    fixed = shelf.events(event(7), name="fixed/a.jsonl")

    assert fates(again(settings)) == [("", "unsendable")]
    assert fates(again(settings, fixed=fixed)) == [("", "gone")]

    assert [item["n"] for item in shelf.read("all")] == [1, 7]
    shelf.events(event("x"), name="a.ndjson")
    run_pipeline("p", settings)
    shelf.events(event(8), event(9), name="fixed/a.jsonl")
    with pytest.raises(UsageError, match="1 dead letter to send, and 2 events"):
        again(settings, fixed=fixed)


def test_a_corrected_event_has_the_id_of_its_letter(shelf: Shelf) -> None:
    """Numbers move up when letters leave their file: what was corrected is not taken for another one."""
    settings, first = pipeline(shelf), Wanted(names=["1"])
    shelf.events(event("x"), event("y"))
    run_pipeline("p", settings)
    fixed = shelf.events(event(7) | {"id": "ex"}, name="fixed/a.jsonl")

    assert fates(again(settings, first, fixed=fixed)) == [("ex", "gone")]
    with pytest.raises(UsageError, match="the corrected event `ex` is not the dead letter `ey`"):
        again(settings, first, fixed=fixed)
    assert [letter["raw"] for letter in shelf.read("dead")] == [json.dumps(event("y"))]


def test_a_letter_that_is_not_there_is_a_mistake(shelf: Shelf) -> None:
    """Whoever names one by its id or number wants to know that nothing was sent."""
    settings = pipeline(shelf)
    shelf.events(event("x"))
    run_pipeline("p", settings)

    with pytest.raises(UsageError, match="there is no dead letter `9`"):
        again(settings, Wanted(names=["ex", "9"]))
    assert len(shelf.read("dead")) == 1


def test_a_rehearsal_tells_and_changes_nothing(shelf: Shelf) -> None:
    """No file is other than before."""
    shelf.events(event(1), event("x"))
    run_pipeline("p", pipeline(shelf))
    before = {path: path.read_bytes() for path in shelf.folder.rglob("*") if path.is_file()}

    sent = again(pipeline(shelf, routing=[{"to": ["all"]}]), is_rehearsal=True)

    assert fates(sent) == [("ex", "gone")]
    assert {path: path.read_bytes() for path in shelf.folder.rglob("*") if path.is_file()} == before


def test_compressed_files_and_databases_are_added_to(shelf: Shelf) -> None:
    """They can be read as one."""
    shelf.events(event(1), event("x"))
    database = shelf.folder / "out" / "all.db"
    destinations = {
        "all": {"file": {"path": f"{shelf.folder}/out/all.ndjson.gz", "compression": "gzip"}},
        "rows": {"sqlite": {"path": str(database)}},
    }
    both = {"to": ["all", "rows"]}
    run_pipeline("p", pipeline(shelf, destinations=destinations, routing=[both | {"when": "type(n) == int"}]))

    again(pipeline(shelf, destinations=destinations, routing=[both]))

    packed = (shelf.folder / "out" / "all.ndjson.gz").read_bytes()
    assert [json.loads(line)["n"] for line in gzip.decompress(packed).splitlines()] == [1, "x"]
    connection = sqlite3.connect(database)
    rows = connection.execute("SELECT number, event FROM events ORDER BY number").fetchall()
    connection.close()
    assert [(number, json.loads(text)["n"]) for number, text in rows] == [(1, 1), (2, "x")]


def test_nothing_can_be_added_to_a_row_of_files(shelf: Shelf) -> None:
    """Refused, before anything is sent."""
    shelf.events(event("x"))
    run_pipeline("p", pipeline(shelf))
    rotated = {"all": {"file": {"path": f"{shelf.folder}/out/all.ndjson", "rotate": {"events": 1}}}}

    with pytest.raises(UsageError, match="nothing can be added to `all`"):
        again(pipeline(shelf, destinations=rotated))

    assert len(shelf.read("dead")) == 1


def test_a_web_server_gets_them_under_the_same_key(shelf: Shelf) -> None:
    """So it can tell that it has them, if it has."""
    shelf.events(event(1))
    answers = iter([400, 204])

    def answer(_: Sent) -> int:
        return next(answers)

    with serving(Server(answer)) as server:
        settings = pipeline(shelf, destinations={"all": {"http": {"url": server.url}}})
        run_pipeline("p", settings)
        sent = again(settings)

    assert [request.key for request in server.sent] == ["/s/e1", "/s/e1"]
    assert fates(sent) == [("e1", "gone")]


def test_letters_are_kept_when_the_sending_is_cut_short(shelf: Shelf) -> None:
    """Whoever stops it loses nothing."""
    shelf.events(event("x"))
    settings = pipeline(shelf)
    run_pipeline("p", settings)
    before = shelf.read("dead")

    with pytest.raises(UnfinishedError):
        again(settings, should_stop=lambda: True)

    assert shelf.read("dead") == before


def test_redacted_originals_are_not_sent(shelf: Shelf) -> None:
    """They are gone: what would be sent is not what came."""
    shelf.events(event("x"))
    settings = pipeline(shelf, stages=[{"redact": {"fields": {"source": "drop"}}}])
    run_pipeline("p", settings)

    with pytest.raises(UsageError, match="redacted"):
        again(settings)


def test_a_run_that_is_not_finished_comes_first(shelf: Shelf) -> None:
    """Its dead letters are not all there."""
    shelf.events(event(1))
    shelf.events(event(2), name="b.ndjson")
    settings = pipeline(shelf, input={"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"})
    asked = iter([False, True])
    run_pipeline("p", settings, should_stop=lambda: next(asked, True))

    with pytest.raises(UsageError, match="cut short"):
        again(settings)


def test_a_condition_sees_the_letter_and_its_event(shelf: Shelf) -> None:
    """One for which it has no value is not meant."""
    shelf.events(event("x"), event("y"), event(3, time=None))
    settings = pipeline(shelf)
    run_pipeline("p", settings)

    where = compile_where("event.n == 'y' || errors[0].keyword == 'missing'")

    assert fates(again(settings, Wanted(where=where))) == [("e3", "dead_again"), ("ey", "dead_again")]
    with pytest.raises(UsageError, match="--where"):
        compile_where("evnt.n == 1")


@given(
    numbers=st.lists(st.sampled_from([1, 2, "x", "y", None]), max_size=12),
    junk=st.lists(st.integers(0, 12), max_size=3),
    chosen=st.sets(st.sampled_from(["time", "unrouted", "parse"])),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_lost(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[object], junk: list[int], chosen: set[str]
) -> None:
    """Each letter is delivered, dead again, in quarantine, or where it was; lines that are no letters stay, too."""
    shelf = Shelf(tmp_path_factory.mktemp("letters"))
    texts = [
        json.dumps(event(n if n is not None else 0, None if n is None else "2026-03-02T08:00:00Z"))
        for n in numbers
    ]
    shelf.put("a.ndjson", "".join(f"{text}\n" for text in [*texts, "{"]))
    run_pipeline(
        "p", pipeline(shelf, dead_letter={"file": f"{shelf.folder}/out/dead.ndjson", "max_replays": 1})
    )
    path = shelf.folder / "out" / "dead.ndjson"
    lines = path.read_bytes().splitlines()
    for at in junk:
        lines.insert(at, b"no letter")
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    settings_now = pipeline(
        shelf,
        routing=[{"when": "type(n) == int || n == 'x'", "to": ["all"]}],
        dead_letter={"file": str(path), "max_replays": 1},
    )
    delivered_before = len(shelf.read("all"))

    sent = again(settings_now, Wanted(reasons=chosen))

    left = path.read_bytes().splitlines()
    quarantine = path.with_name("dead.quarantine.ndjson")
    put_aside = quarantine.read_bytes().splitlines() if quarantine.exists() else []
    delivered = len(shelf.read("all")) - delivered_before
    assert delivered + len(put_aside) + len(left) == len(lines)
    assert left.count(b"no letter") == len(junk)
    assert sent.count(Fate.GONE) == delivered
    assert sent.count(Fate.QUARANTINED) == len(put_aside)
