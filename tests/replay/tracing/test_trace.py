"""One event is followed through every stage, as it goes through a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.replay.resuming.test_resuming import ROUTES, STAGES, fill
from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.expressions import compile_expression
from tiktoktoe_cli.replay import RunOptions
from tiktoktoe_cli.replay.rehearsal import Rehearsed, rehearse
from tiktoktoe_cli.replay.tracing.changes import MISSING, Change, changes_between
from tiktoktoe_cli.replay.tracing.report import draw_trails, merged, report_of
from tiktoktoe_cli.replay.tracing.trace import Meant, Traced, trace
from tiktoktoe_cli.report import View

if TYPE_CHECKING:
    from tests.replay.conftest import Json, Shelf

SESSIONS: Json = {"correlation": {"key": "order", "window": "5m"}}


def event(n: int, minute: int = 0, **more: Any) -> dict[str, Any]:
    """Make an event."""
    return {"id": f"e{n}", "time": f"2026-03-02T08:{minute:02}:00Z", "order": "o", "n": n} | more


def traced(shelf: Shelf, name: str, *stages: Json, **changed: Any) -> Traced:
    """Trace events by their id."""
    return trace("p", shelf.settings(stages=stages, **changed), Meant(name), RunOptions(), most=5)


def told(found: Traced) -> list[tuple[str, str]]:
    """Tell each stage that the first event came to, and what became of it there."""
    return [(visit.stage, visit.fate.value) for visit in merged(found.trails[0].visits)]


def test_tells_what_each_stage_has_changed(shelf: Shelf) -> None:
    """The looked-up row, the window and who is in it, and the rule that took it."""
    shelf.events(event(1, user="u1"), event(2, minute=4), event(3, minute=20))
    table = shelf.put("users.csv", "id,tier\nu1,gold\n")
    lookup = {"lookup": {"table": str(table), "key": "user", "match": "id"}, "into": "who"}

    found = traced(shelf, "e1", {"context_enrichment": lookup}, SESSIONS)

    visits = {visit.stage: visit for visit in merged(found.trails[0].visits)}
    assert visits["context_enrichment"].changes == (Change("/who", MISSING, {"id": "u1", "tier": "gold"}),)
    assert [change.path for change in visits["correlation"].changes] == [
        "/correlationid",
        "/correlationposition",
        "/correlationcount",
    ]
    assert found.trails[0].mates == ["e1", "e2"]
    assert visits["delivery"].routes == (("otherwise -> all", "true"),)
    assert "=> delivered to all" in draw_trails(found, View())


def test_what_was_held_is_followed_until_it_goes_on(shelf: Shelf) -> None:
    """It waits for its window to close; here that of the last events, at the end of the input."""
    for number in range(4):
        shelf.events(event(number, minute=number), name=f"{number}.ndjson")

    found = traced(shelf, "e0", SESSIONS, input={"paths": [f"{shelf.folder}/*.ndjson"], "order": "input"})

    assert told(found) == [("correlation", "held"), ("correlation", "released"), ("delivery", "passed")]
    assert found.trails[0].mates == ["e0", "e1", "e2", "e3"]


def test_tells_where_an_event_ends(shelf: Shelf) -> None:
    """As a duplicate, by a filter, or as a dead letter with all its errors."""
    shelf.events(event(1), event(1), event(3), event(4, time="soon"))

    twice = traced(shelf, "e1", {"dedupe": {"key": ["id"]}})
    filtered = traced(shelf, "e3", {"filter": "n < 3"})
    dead = traced(shelf, "e4")

    assert [trail.visits[-1].drops for trail in twice.trails] == [(), ("duplicate",)]
    assert told(filtered)[-1] == ("filter", "dropped")
    assert told(dead) == [("input", "dead")]
    assert [item["reason"] for item in report_of(dead).items] == ["time"]


def test_finds_a_line_that_is_no_event(shelf: Shelf) -> None:
    """By its place."""
    path = shelf.put("a.ndjson", '{"id": 1\n')

    found = traced(shelf, f"{path}:1")

    assert told(found) == [("input", "dead")]
    with pytest.raises(UsageError, match="there is no event"):
        traced(shelf, f"{path}:2")


def test_finds_those_that_meet_a_condition_up_to_a_limit(shelf: Shelf) -> None:
    """And counts them all."""
    shelf.events(*(event(n) for n in range(9)))
    meant = Meant(where=compile_expression("n > 2"))

    found = trace("p", shelf.settings(), meant, RunOptions(), most=2)

    assert ([trail.body["n"] for trail in found.trails], found.found) == ([3, 4], 6)


def test_what_is_redacted_is_nowhere_in_a_trace(shelf: Shelf) -> None:
    """Neither before the stage that redacts it nor in the errors of a dead letter."""
    shelf.events(
        event(1, card="4111-1111"), event(2, card="4111-1111", time="soon"), event(3, card=4111_1111)
    )
    schema = shelf.put("s.json", '{"properties": {"card": {"type": "string"}}}')
    stages = (
        {"validation": {"schema": str(schema)}},
        {"map": {"copy": "card"}},
        {"redact": {"fields": {"card": "mask", "copy": "drop"}}},
    )

    for name in ("e1", "e2", "e3"):
        found = traced(shelf, name, *stages)
        text = draw_trails(found, View()) + repr(report_of(found))
        assert "4111" not in text, name


def test_a_trace_runs_the_pipeline_as_it_is(shelf: Shelf) -> None:
    """Each stage in its own place gives the bytes of the run that puts some of them first."""
    fill(shelf, 5)
    settings = shelf.settings(
        stages=STAGES,
        routing=ROUTES,
        destinations={name: {"file": f"{shelf.folder}/out/{name}.ndjson"} for name in ("all", "third")},
    )

    def letters(rehearsed: Rehearsed) -> list[Json]:
        return [json.loads(line) | {"run": ""} for line in rehearsed.dead_letters.lines]

    class Nobody:
        def decoded(self, batch: object) -> None: ...
        def before(self, batch: object) -> None: ...
        def after(self, name: str, batch: object, passed: object, work: object) -> None: ...

    plain = rehearse("p", settings, RunOptions())
    probed = rehearse("p", settings, RunOptions(probe=Nobody()))

    assert {name: out.lines for name, out in probed.outputs.items()} == {
        name: out.lines for name, out in plain.outputs.items()
    }
    assert letters(probed) == letters(plain)
    assert sum(len(out.lines) for out in plain.outputs.values()) > 100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab/~", max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(JSON, JSON)
def test_two_values_are_the_same_if_nothing_has_changed(one: Any, other: Any) -> None:
    """And only then; a value has not changed from itself."""
    assert list(changes_between(one, one)) == []
    is_same = repr(one) == repr(other) or _sorted(one) == _sorted(other)
    assert (list(changes_between(one, other)) == []) == is_same


def _sorted(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
