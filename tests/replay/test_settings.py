"""What a pipeline's YAML may say, and where it is told what it may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from tiktoktoe_cli.config.quantity import Quantity
from tiktoktoe_cli.errors import ConfigError
from tiktoktoe_cli.replay.choices import ErrorHandling, OnMiss, Order
from tiktoktoe_cli.replay.events.field_path import FieldPath
from tiktoktoe_cli.replay.metrics import metric_values
from tiktoktoe_cli.replay.settings.monitoring import EXAMPLES
from tiktoktoe_cli.system import load_system

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.replay.conftest import Shelf
    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

    Write = Callable[[str, str], str]

YAML = """\
version: 1
pipelines:
  orders:
    input: {paths: [a.ndjson]}
    stages:
      - context_enrichment: {lookup: {table: t.csv, key: data.id, match: id}, into: data.x, on_miss: null}
      - dedupe: {}
      - correlation: {key: data.id, window: 5m}
      - validation: {cloudevents: off}
    routing:
      - {when: 'type == "a"', to: [all]}
      - {to: [all]}
    destinations: {all: {file: out/all.ndjson}}
    dead_letter: {file: out/dead.ndjson}
    monitoring: {alerts: [{name: errors, when: 'error_rate > 0.01'}]}
"""


def read(write: Write, text: str) -> PipelineSettings:
    """Read the pipeline of a configuration."""
    settings: PipelineSettings = load_system([write("tiktoktoe.yaml", text)], {}, {"pipelines"})["pipelines"][
        "orders"
    ]
    return settings


def test_what_is_not_said_has_the_documented_defaults(write: Write) -> None:
    """A short pipeline is a whole one."""
    settings = read(write, YAML)

    enrichment, dedupe, correlation, validation = (stage.chosen for stage in settings.stages)
    assert (settings.input.order, settings.input.max_line) == (Order.EVENT_TIME, Quantity.parse("1Mi"))
    assert settings.input.time.field == FieldPath(("time",))
    assert (enrichment.on_miss, enrichment.cache.size) == (OnMiss.NULL, 1000)
    assert [str(field) for field in dedupe.key] == ["source", "id"]
    assert (str(dedupe.window), str(correlation.lateness)) == ("2m", "0s")
    assert validation.error_handling is ErrorHandling.DEAD_LETTER


def test_paths_start_at_the_file_that_names_them(write: Write) -> None:
    """Relative paths do not depend on where the command is typed."""
    settings = read(write, YAML)

    folder = settings.input.paths[0].parent
    assert settings.destinations["all"].chosen.path == folder / "out" / "all.ndjson"


@dataclass(frozen=True)
class Mistake:
    """Words of the configuration, others in their place, and what is said about it, where the text is `marked`."""

    old: str
    new: str
    code: str
    marked: str
    hint: str = ""


MISTAKES = (
    Mistake("[all]}\n    dest", "[al]}\n    dest", "unknown-name", "al]}", "did you mean `all`?"),
    Mistake("{when: 'type == \"a\"', to", "{to", "unreachable-rule", "{to: [all]}", "move it to the end"),
    Mistake("out/dead.ndjson", "out/all.ndjson", "same-file", "out/all.ndjson}", "choose another file"),
    Mistake(
        "out/dead", "out/all.ndjson.partial} #", "same-file", "out/all.ndjson.partial", "choose another file"
    ),
    Mistake("out/all.ndjson", "a.ndjson", "same-file", "a.ndjson", "choose another file"),
    Mistake("out/all.ndjson", "t.csv", "same-file", "t.csv}}", "choose another file"),
    Mistake("out/dead.ndjson", "tiktoktoe.yaml", "same-file", "tiktoktoe.yaml}", "choose another file"),
    Mistake("out/all.ndjson", "./tiktoktoe.yaml", "same-file", "./tiktoktoe.yaml", "choose another file"),
    Mistake("key: data.id, window", "key: data..id, window", "wrong-form", "data..id", "write it as"),
    Mistake("key: data.id, window", "key: [a..b], window", "wrong-form", "a..b", "write it as"),
    Mistake("error_rate > 0.01", "eror_rate > 0.01", "expression", "eror_rate", "did you mean `error_rate`?"),
    Mistake("type ==", "type =", "expression", "="),
    Mistake("{cloudevents: off}", "{schema: none.json}", "json-schema", "none.json", "check the path"),
    Mistake("- dedupe: {}", "- dedup: {}", "unknown-key", "dedup", "did you mean `dedupe`?"),
    Mistake("paths: [a.ndjson]", "paths: [a.ndjson], max_line: 1", "out-of-range", "1}", "choose a length"),
    Mistake("window: 5m", "window: 5", "bad-unit", "5}", "5s"),
    Mistake("paths: [a.ndjson]", "paths: []", "too-few", "paths: []"),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.code} {mistake.marked}")
def test_a_mistake_is_told_at_its_place(write: Write, mistake: Mistake) -> None:
    """Every mistake has a code, the place of the words that are wrong, and advice."""
    text = YAML.replace(mistake.old, mistake.new, 1)

    with pytest.raises(ConfigError) as caught:
        read(write, text)

    [problem] = caught.value.problems
    assert problem.code == mistake.code
    assert problem.place is not None
    assert text.splitlines()[problem.place.line - 1][problem.place.column - 1 :].startswith(mistake.marked)
    assert mistake.hint in (problem.hint or "")


def test_an_alert_that_compares_a_duration_with_a_number_is_refused(shelf: Shelf) -> None:
    """No value could ever satisfy it; the message says how a duration is written."""
    monitoring = {"alerts": [{"name": "slow", "when": "enrichment_latency > 5"}]}

    with pytest.raises(ValidationError) as caught:
        shelf.settings(monitoring=monitoring)

    [detail] = caught.value.errors()
    assert detail["msg"].startswith("the types do not fit: ")
    assert detail["ctx"]["hint"] == 'a duration is written `duration("500ms")`'


def test_examples_have_the_types_of_the_numbers_that_alerts_see(shelf: Shelf) -> None:
    """What is tried when the YAML is read is what is judged when the run ends."""
    shelf.events({"n": 1})

    values = metric_values(shelf.run())

    assert {name: type(value) for name, value in values.items()} == {
        name: type(value) for name, value in EXAMPLES.items()
    }


def test_an_output_never_replaces_the_schema(shelf: Shelf) -> None:
    """A schema is an input as the events are."""
    schema = shelf.put("schema.json", "{}")

    with pytest.raises(ValidationError, match="already used by a validation's `schema`"):
        shelf.settings(stages=[{"validation": {"schema": str(schema)}}], dead_letter={"file": str(schema)})


def test_an_output_never_replaces_an_included_file(write: Write) -> None:
    """The files that a configuration includes belong to it."""
    write("more.yaml", "services: {}\n")
    text = "include: [more.yaml]\n" + YAML.replace("out/dead.ndjson", "more.yaml")

    with pytest.raises(ConfigError) as caught:
        read(write, text)

    assert [problem.code for problem in caught.value.problems] == ["same-file"]
