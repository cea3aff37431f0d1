"""`tiktoktoe config` and `init`: a user's first hours with the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import yaml

from tests.cli.shop import Shop
from tiktoktoe_cli.health.probes.variables import ALWAYS
from tiktoktoe_cli.health.settings import PROBES
from tiktoktoe_cli.system import SECTIONS
from tiktoktoe_cli.transport.variables import PHASES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Result

WRONG = 'services:\n  a: {replicas: two, versoin: "1"}\n'
WITH_SECRETS = """\
x-note: {password: "${file:secret.txt}"}
services:
  a:
    version: 1.10
    health:
      - {name: up, http: {url: "http://127.0.0.1:${PORT:-9}/", auth: {bearer: "hunter2!"}}}
"""


def test_problems_are_the_answer(tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]) -> None:
    """Checking a wrong file prints the frames on standard output and ends with 2."""
    result = tiktoktoe("config", "check", "-c", write("a.yaml", WRONG))

    assert result.code == 2
    assert "error[wrong-type]" in result.out
    assert "did you mean `version`?" in result.out
    assert result.err.splitlines()[-1] == "1 file checked: 2 errors"


def test_problems_reach_machines(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str], tmp_path: Path
) -> None:
    """One run gives JSON on standard output, JUnit in a file and annotations in another."""
    path = write("a.yaml", WRONG)
    junit, github = tmp_path / "out.xml", tmp_path / "notes.txt"

    result = tiktoktoe(
        "config",
        "check",
        "-c",
        path,
        "-o",
        "json",
        "--report",
        f"junit={junit}",
        "--report",
        f"github={github}",
    )

    problems = json.loads(result.out)["problems"]
    assert [(problem["code"], problem["line"]) for problem in problems] == [
        ("wrong-type", 2),
        ("unknown-key", 2),
    ]
    suites = ET.parse(junit).getroot()
    assert len(suites.findall(".//failure")) == 2
    assert github.read_text().startswith("::error ")


@pytest.mark.parametrize("command", [["config", "check"], ["graph", "validate"], ["health", "check"]])
def test_a_wrong_file_ends_every_command_with_2(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str], command: list[str]
) -> None:
    """A broken configuration is asked wrongly, whatever is asked."""
    assert tiktoktoe(*command, "-c", write("a.yaml", WRONG)).code == 2


def test_shows_what_was_understood(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]
) -> None:
    """Variables are replaced, secrets masked, numbers as written; the output is YAML again."""
    write("secret.txt", "swordfish\n")
    path = write("a.yaml", WITH_SECRETS)

    result = tiktoktoe("config", "show", "-c", path)

    shown = yaml.safe_load(result.out)
    assert shown["services"]["a"]["health"][0]["http"]["url"] == "http://127.0.0.1:9/"
    assert "version: 1.10\n" in result.out
    assert "hunter2!" not in result.out
    assert "swordfish" not in result.out


@pytest.mark.parametrize("form", ["table", "wide", "json", "ndjson", "yaml"])
def test_no_form_of_output_shows_a_secret(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str], form: str
) -> None:
    """Secrets are masked in every format."""
    write("secret.txt", "swordfish\n")
    path = write("a.yaml", WITH_SECRETS)

    result = tiktoktoe("config", "show", "-c", path, "-o", form, "--origin")

    assert result.code == 0
    for secret in ("hunter2!", "swordfish"):
        assert secret not in result.out + result.err


def test_says_where_each_value_comes_from(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]
) -> None:
    """With --origin each value is followed by its file and line."""
    first = write("a.yaml", "services:\n  a: {replicas: 2}\n")
    second = write("b.yaml", "services:\n  a:\n    group: core\n")

    result = tiktoktoe("config", "show", "-c", first, "-c", second, "--origin")

    assert f"replicas: 2  # {first}:2" in result.out
    assert f"group: core  # {second}:3" in result.out


def test_the_schema_is_a_schema(tiktoktoe: Callable[..., Result]) -> None:
    """What editors get is a valid draft-07 schema that knows every section."""
    schema = json.loads(tiktoktoe("config", "schema").out)

    jsonschema.Draft7Validator.check_schema(schema)
    assert {"services", "resilience", "pipelines", "simulations", "orchestration"} <= schema[
        "properties"
    ].keys()


@pytest.mark.parametrize(
    ("code", "words"), [("bad-unit", "200ms"), ("TTG101", "cycle"), ("ttg201", "version")]
)
def test_explains_codes_and_rules(tiktoktoe: Callable[..., Result], code: str, words: str) -> None:
    """Whatever stands in brackets can be asked about."""
    result = tiktoktoe("config", "explain", code)

    assert result.code == 0
    assert words in result.out


@pytest.mark.parametrize(
    ("path", "key", "words"),
    [
        ("resilience.retry", "max_attempts", "3"),
        ("resilience.default.retry", "max_attempts", "3"),
        ("resilience", "bulkhead", "under way at once"),
        ("resilience.circuit_breaker", "semantics", "envoy_outlier"),
        ("resilience.circuit_breaker.opossum", "volumeThreshold", "minimum_calls"),
        ("services.health.http", "follow_redirects", "true"),
        ("services.health.http", "url", "required"),
        ("services.health.http", "max_body", "such as `1Mi`"),
        ("services", "health", "One check of a service"),
        ("services", "resources", "map              <none> "),
        ("system", "system", "titles"),
        ("requests.timeout", "timeout", "10s"),
        ("graph.budget", "fan_in", "50"),
        ("graph.budget.depth", "depth", "12"),
        ("resilience.retry.budget", "aws_adaptive", "throttling"),
        ("capacity.nodes", "memory", "such as `512Mi`, required"),
        ("services.resources.requests", "memory", "such as `512Mi`"),
        ("services.resources.limits.memory", "memory", "such as `512Mi`"),
        ("services.resources.requests", "cpu", "such as `250m`"),
        ("nodes", "memory", "bytes of one"),
        ("nodes.cpu", "cpu", "cores of one"),
    ],
)
def test_explains_places_of_the_file(
    tiktoktoe: Callable[..., Result], path: str, key: str, words: str
) -> None:
    """Each key with its type, its default and what it means, whether names of one's own are given or not."""
    result = tiktoktoe("config", "explain", path)

    assert result.code == 0
    (line,) = [line for line in result.out.partition("\n\n")[0].splitlines() if line.split()[0] == key]
    assert words in line


def test_explains_the_whole_file_where_no_place_is_given(tiktoktoe: Callable[..., Result]) -> None:
    """The sections come first, each with a word on what it is for; codes are listed where they are asked for."""
    sections, codes = tiktoktoe("config", "explain"), tiktoktoe("config", "explain", "codes")

    lines = {line.split()[0]: line for line in sections.out.partition("\n\n")[0].splitlines()[1:]}
    assert {*SECTIONS, "version", "system", "include"} == lines.keys()
    assert all(line.rstrip().endswith(".") for line in lines.values())
    assert "`... codes`" in sections.out
    assert "bad-unit" in codes.out


@pytest.mark.parametrize("kind", PROBES)
def test_a_probe_is_explained_with_what_expectations_read(
    tiktoktoe: Callable[..., Result], kind: str
) -> None:
    """Its own variables, those of every probe, and the fields of the phases."""
    result = tiktoktoe("config", "explain", f"services.health.{kind}")

    words = result.out.partition("\n\n")[2].split("every probe has:")
    assert [name for name in PROBES[kind].variables if name not in words[0]] == []
    assert [line.split()[0] for line in words[1].splitlines() if line.startswith("  ")][:9] == [
        *ALWAYS,
        *PHASES,
    ]
    assert ("the fields of `tls`" in words[1]) is ("tls" in PROBES[kind].variables)


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("resilience.default.rety", "did you mean `retry`?"),
        ("resilience.default.zzzz", "`tiktoktoe config explain resilience.default` lists what there is"),
        ("resiliense", "did you mean `resilience`?"),
        ("start", "did you mean `start_time` or `start_timeout`?"),
        ("services.health.http.ur", "did you mean `url`?"),
        ("servces.health", "did you mean `services`?"),
        ("zzzz.health", "`tiktoktoe config explain` lists the sections"),
        ("zzzz", "`tiktoktoe config explain codes` lists them all"),
        ("timeout", "choose one of `resilience.timeout` or `requests.timeout`"),
        ("nodes.zzzz", "`tiktoktoe config explain capacity.nodes` lists what there is"),
    ],
)
def test_what_cannot_be_explained_is_refused_with_a_way_on(
    tiktoktoe: Callable[..., Result], word: str, hint: str
) -> None:
    """Nobody is told of `87 more`."""
    result = tiktoktoe("config", "explain", word)

    assert result.code == 2
    assert hint in result.err


@pytest.mark.parametrize("word", ["servces.health", "services.health.htpp", "nodes.zzzz", "zzzz.health"])
def test_a_wrong_path_is_not_called_a_wrong_code(tiktoktoe: Callable[..., Result], word: str) -> None:
    """What has a point in it is a place; the step that is wrong is named."""
    step = next(step for step in word.split(".") if step not in {"services", "nodes", "health"})

    result = tiktoktoe("config", "explain", word)

    assert f"{word}` leads nowhere: there is no `{step}`" in result.err


@pytest.mark.parametrize("path", ["services.ledger", "resilience.default", "services.ledger.health"])
def test_names_of_one_s_own_may_be_part_of_a_place(tiktoktoe: Callable[..., Result], path: str) -> None:
    """Where the file has names that users choose, the one they chose leads to what stands below it."""
    result = tiktoktoe("config", "explain", path)

    assert (result.code, f"keys at `{path}`" in result.err) == (0, True)
    assert "of your own" not in result.out


@pytest.mark.parametrize(
    ("path", "key"),
    [("services.start", "start_time"), ("services.helth", "health"), ("requests.a.url", None)],
)
def test_a_name_that_resembles_a_key_is_told_to_be_a_name(
    tiktoktoe: Callable[..., Result], path: str, key: str | None
) -> None:
    """A service may be called `start`; who meant the key learns that it was not read as one."""
    note = (
        f"`{path.rpartition('.')[2]}` was read as a name of your own; did you mean `{key}`?" if key else None
    )

    drawn = tiktoktoe("config", "explain", path)
    told = json.loads(tiktoktoe("config", "explain", path, "-o", "json").out)

    assert told["summary"]["note"] == note
    assert (note or "\n") in drawn.out


def test_a_key_whose_section_was_left_out_is_told_with_it(tiktoktoe: Callable[..., Result]) -> None:
    """So that nobody writes `nodes:` at the left margin."""
    result = tiktoktoe("config", "explain", "nodes")

    assert result.err == "4 keys at `capacity.nodes`\n"


def test_machines_are_told_where_values_and_problems_stand(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]
) -> None:
    """With the same keys everywhere: the file, the line and both columns."""
    path = write("a.yaml", "services:\n  a: {replicas: 2}\n")
    wrong = write("b.yaml", WRONG)

    shown = json.loads(tiktoktoe("config", "show", "-c", path, "-o", "json").out)["items"]
    checked = json.loads(tiktoktoe("config", "check", "-c", wrong, "-o", "json").out)

    (value,) = [item for item in shown if item["path"] == "services.a.replicas"]
    assert value == {
        "path": "services.a.replicas",
        "value": 2,
        "file": path,
        "line": 2,
        "column": 17,
        "end_column": 18,
    }
    assert checked["items"] == checked["problems"]


def test_a_stream_of_lines_tells_each_problem_once(
    tiktoktoe: Callable[..., Result], write: Callable[[str, str], str]
) -> None:
    """The problems are the items of the check."""
    result = tiktoktoe("config", "check", "-c", write("a.yaml", WRONG), "-o", "ndjson")

    kinds = [json.loads(line)["kind"] for line in result.out.splitlines()]
    assert kinds == ["header", "item", "item", "summary"]


def test_init_never_overwrites(tiktoktoe: Callable[..., Result], tmp_path: Path) -> None:
    """If one file is in the way, nothing at all is written."""
    target = tmp_path / "demo"
    target.mkdir()
    (target / "tiktoktoe.yaml").write_text("mine")

    result = tiktoktoe("init", str(target), "--template", "minimal")

    assert result.code == 2
    assert "nothing was written" in result.err
    assert [path.name for path in target.iterdir()] == ["tiktoktoe.yaml"]
    assert (target / "tiktoktoe.yaml").read_text() == "mine"


@pytest.mark.parametrize("template", ["shop", "minimal"])
def test_what_init_writes_checks_and_runs(tmp_path: Path, template: str) -> None:
    """A starter configuration is right as it is, and its system starts."""
    shop = Shop.copy_to(tmp_path)

    init = shop.run("init", "demo", "--template", template)
    check = shop.run("config", "check", "-c", "demo/tiktoktoe.yaml")
    run = shop.run("orchestrate", "run", "-c", "demo/tiktoktoe.yaml")

    assert [code for code, _, _ in (init, check, run)] == [0, 0, 0], run[2]
    assert "$schema=tiktoktoe.schema.json" in (tmp_path / "demo" / "tiktoktoe.yaml").read_text()
    assert (tmp_path / "demo" / "tiktoktoe.schema.json").is_file()
    assert shop.left_running() == {}
