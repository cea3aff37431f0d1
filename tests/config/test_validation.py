"""Settings are read from located nodes; every problem is told at once, at its place."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import pytest
from pydantic import Field

from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.fields import Cel, LocalPath, OneOf, Reference, Secret, Settings, Text
from tiktoktoe_cli.config.quantity import Quantity
from tiktoktoe_cli.config.units import Duration, Ratio
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.expressions import Expression

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tiktoktoe_cli.errors import Problem


class Kind(StrEnum):
    """A closed set."""

    START = "start"
    SOFT = "soft"


class Http(Settings):
    """A probe."""

    url: Text
    timeout: Duration = Duration.of(5)


class Probe(OneOf):
    """A choice."""

    choice_of = "probe"
    http: Http | None = None
    tcp: Text | None = None


class Thing(Settings):
    """A bit of everything."""

    version: Text = "0"
    replicas: int = Field(1, ge=0)
    """How many run at once."""
    kind: Kind = Kind.START
    memory: Quantity | None = None
    share: Ratio | None = None
    probes: tuple[Probe, ...] = ()
    policy: Annotated[str, Reference("resilience")] | None = None
    password: Secret | None = None
    file: LocalPath | None = None
    when: Annotated[Expression, Cel("status", "body")] | None = None
    names: tuple[Text, ...] = Field(("x",), min_length=1)
    tries: int = Field(3, alias="retries")


@pytest.fixture
def read(
    write: Callable[[str, str], str],
) -> Callable[[str], tuple[dict[str, Thing] | None, tuple[Problem, ...]]]:
    """Return a function that reads `things:` from a YAML text."""

    def read_text(text: str) -> tuple[dict[str, Thing] | None, tuple[Problem, ...]]:
        document = load([write("a.yaml", text)], {})
        node = document.node(("things",))
        assert node is not None
        things = Shape(dict[str, Thing]).read(document, node, ("things",))
        return things, document.sorted_problems()

    return read_text


def test_reads_values_with_their_units(
    read: Callable[[str], tuple[dict[str, Thing], tuple[Problem, ...]]],
) -> None:
    """Texts stay as written, numbers get their units, paths start at the file."""
    things, problems = read(
        "things:\n  a: {version: 1.10, memory: 128Mi, share: 50%, file: x/y, probes: [{http: {url: u, timeout: 2s}}]}\n"
    )

    assert not problems
    thing = things["a"]
    assert (thing.version, thing.memory, thing.share) == ("1.10", 2**27 * 10**9, 0.5)
    assert thing.file is not None
    assert thing.file.name == "y"
    assert thing.file.is_absolute()
    assert (thing.probes[0].kind, thing.probes[0].chosen.timeout) == ("http", 2_000_000_000)


@pytest.mark.parametrize(
    ("setting", "code", "column", "hint"),
    [
        ("replicaz: 2", "unknown-key", 3, "did you mean `replicas`?"),
        ("zzz: 2", "unknown-key", 3, "the keys are `file`"),
        ("replicas: -1", "out-of-range", 13, "`replicas`: how many run"),
        ("replicas: many", "wrong-type", 13, None),
        ("replicas: 1.5", "wrong-type", 13, None),
        ("version: [1]", "wrong-type", 3, "put it in quotes"),
        ("kind: strat", "unknown-value", 9, "did you mean `start`?"),
        ("memory: 128mb", "bad-unit", 11, "write `128Mi`"),
        ("share: 50", "bad-unit", 10, "`50%`"),
        ("policy: defautl", "unknown-name", 11, "did you mean `default`?"),
        ("probes: [{}]", "one-of", 12, "choose one of"),
        ("probes: [{udp: 1}]", "unknown-key", 13, None),
        ("probes: [{http: {url: u, timeout: 5}}]", "bad-unit", 37, "`5s`"),
        ("probes: [{http: {}}]", "missing-key", 13, None),
        ("probes: [{http: 5s}]", "wrong-type", 19, "its keys are `timeout` and `url`"),
        ("probes: 1", "wrong-type", 11, "write it as a list: `[1]`"),
        ("probes: {a: 1}", "wrong-type", 3, "start each item with `- `"),
        ("probes: [{http: }]", "wrong-type", None, "say what `http` is"),
        ("names: [{}]", "wrong-type", None, None),
        ("names: []", "too-few", None, None),
        ("retires: 1", "unknown-key", 3, "did you mean `retries`?"),
        ("when: 'status = 1'", "expression", None, None),
        ("when: 'stauts == 1'", "expression", 10, "status"),
    ],
)
def test_tells_each_mistake_at_its_place(
    read: Callable[[str], tuple[None, tuple[Problem, ...]]],
    setting: str,
    code: str,
    column: int | None,
    hint: str | None,
) -> None:
    """Each kind of mistake has a stable code, the exact column, and advice where there is some."""
    settings, problems = read(f"things:\n a:\n  {setting}\nresilience: {{default: []}}\n")

    assert settings is None
    assert [problem.code for problem in problems] == [code]
    assert problems[0].place is not None
    assert problems[0].place.line == 3
    assert column is None or problems[0].place.column == column
    assert hint is None or hint in (problems[0].hint or "")


def test_all_mistakes_are_told_at_once(read: Callable[[str], tuple[None, tuple[Problem, ...]]]) -> None:
    """One run shows everything there is to mend, from top to bottom."""
    _, problems = read(
        "things:\n a: {replicas: x, kind: y}\n b: {memory: z, nope: 1}\n c: {probes: [{}, {}]}\n"
    )

    lines = [problem.place.line for problem in problems if problem.place]

    assert lines == [2, 2, 3, 3, 4, 4]


def test_an_unset_variable_is_told_once(read: Callable[[str], tuple[None, tuple[Problem, ...]]]) -> None:
    """The model's complaint about a value that was never filled in is not repeated."""
    _, problems = read("things:\n a: {replicas: '${NOPE}'}\n")

    assert [problem.code for problem in problems] == ["unset-variable"]


def test_a_secret_field_is_learnt_by_the_mask(write: Callable[[str, str], str]) -> None:
    """What stands in a secret field is masked even when the rest of the file is wrong."""
    document = load([write("a.yaml", "things: {a: {password: hunter2, replicas: x}}\n")], {})
    node = document.node(("things",))
    assert node is not None

    Shape(dict[str, Thing]).read(document, node, ("things",))

    assert document.mask("hunter2") == "••••"


def test_paths_start_at_the_file_that_names_them(
    read: Callable[[str], tuple[dict[str, Thing], tuple[Problem, ...]]], tmp_path: Path
) -> None:
    """A relative path does not depend on where the command is run."""
    things, _ = read("things: {a: {file: sub/x.csv}}\n")

    assert things["a"].file == tmp_path / "sub" / "x.csv"


def test_paths_of_merged_files_start_at_their_own(write: Callable[[str, str], str], tmp_path: Path) -> None:
    """Also where two files in two folders describe the same thing."""
    files = [write("a.yaml", "things: {a: {version: 1}}"), write("b/b.yaml", "things: {a: {file: x.csv}}")]
    document = load(files, {})
    node = document.node(("things",))
    assert node is not None

    things = Shape(dict[str, Thing]).read(document, node, ("things",))

    assert things["a"].file == tmp_path / "b" / "x.csv"


def test_an_unknown_variable_lists_the_ones_there_are(
    read: Callable[[str], tuple[dict[str, Thing], tuple[Problem, ...]]],
) -> None:
    """Where no name is near, the hint names them all."""
    _, problems = read("things: {a: {when: 'latency == 200'}}\n")

    assert [problem.hint for problem in problems] == ["the variables are `status` and `body`"]


def test_the_schema_shows_only_what_was_chosen() -> None:
    """A default with two keys would break the schema's own rule of one."""

    class Chosen(Settings):
        probe: Probe = Probe(tcp="127.0.0.1:1")

    assert Chosen.model_json_schema()["properties"]["probe"]["default"] == {"tcp": "127.0.0.1:1"}
