"""The whole YAML: every part is read by the room that owns it, and any file ends in a system or in problems."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktoktoe_cli.checkup import check_everything, report_of
from tiktoktoe_cli.config import load
from tiktoktoe_cli.config.folding import FoldedMap
from tiktoktoe_cli.config.nodes import MapNode, plain
from tiktoktoe_cli.config.view import as_yaml
from tiktoktoe_cli.errors import ConfigError, Severity
from tiktoktoe_cli.explanations import explanations
from tiktoktoe_cli.report import View, draw_problems
from tiktoktoe_cli.system import PARTS, json_schema, load_system, read_system

if TYPE_CHECKING:
    from collections.abc import Callable

    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.system import System

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
CONFIGS = sorted(SAMPLES.glob("*/tiktoktoe.yaml"))

TEN_MISTAKES = """\
version: 1
servces: {}
services:
  api:
    replicas: two
    replicas: 2
    heatlh: []
    depends_on:
      db: {kind: strat}
    resources: {requests: {memory: 128mb}}
    health:
      - name: up
        http: {url: "http://127.0.0.1:${NOWHERE_PORT}/"}
        expect: ['stauts == 200', 'body.x = 1']
resilience:
  default: [{retry: {max_attempts: 0}}]
include: nope.yaml
"""

LACKING = """\
version: 1
services:
  api: {health: [{name: up, tcp: {address: "h:1"}}], actions: {start: {run: [none-such]}}}
pipelines:
  orders:
    input: {paths: [none.ndjson]}
    stages:
      - context_enrichment: {lookup: {table: t.csv, key: a, match: id}, into: b}
    routing: [{to: [all]}]
    destinations: {all: {file: out/all.ndjson}}
    dead_letter: {file: out/dead.ndjson}
"""


SLIPS = """\
version: 1
services:
  gateway: {depends_on: {payments: {}}}
  payments: {}
simulations:
  calm: {duration: 10s, traffic: {gateway: {poisson: 1/s}}}
  rough:
    duration: 10s
    traffic: {getaway: {poisson: 1/s}}
    faults: [{at: 1s, for: 1s, on: payment, kill: true}]
"""

UNSET = """\
services:
  a: {version: 1.0.0, health: [{name: up, http: {url: "http://${HOST:?name the host}/"}}]}
requests:
  order: {url: "http://h/${ORDER_ID:?which order}", timeout: "${LIMIT}"}
  backup: {url: "http://h/${COPY}"}
  other: {url: http://h/}
resilience:
  default: [{fallback: {request: backup}}]
x-note: ${NOTE}
"""


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.parent.name)
def test_the_samples_have_no_problems(path: Path) -> None:
    """What newcomers read first is right in every part; a note is not a problem."""
    checkup = check_everything(read_system([str(path)], {}), os.environ)

    assert [problem for problem in checkup.problems if problem.severity is not Severity.INFO] == []


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.parent.name)
def test_the_samples_fit_the_schema_that_their_first_line_names(path: Path) -> None:
    """An editor that follows the modeline finds a schema, and nothing to complain about."""
    modeline = path.read_text(encoding="utf-8").splitlines()[0]
    schema = json.loads((path.parent / modeline.partition("$schema=")[2]).read_text(encoding="utf-8"))
    root = load([str(path)], {}).root
    assert root is not None

    jsonschema.Draft7Validator.check_schema(schema)
    assert list(jsonschema.Draft7Validator(schema).iter_errors(plain(root))) == []


def test_the_schema_in_the_samples_is_the_one_of_the_code(request: pytest.FixtureRequest) -> None:
    """The committed schema is drawn from the settings; `--update-golden` draws it anew."""
    path = SAMPLES / "tiktoktoe.schema.json"
    text = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    if request.config.getoption("--update-golden"):
        path.write_text(text, encoding="utf-8")

    assert path.read_text(encoding="utf-8") == text


def test_what_the_machine_lacks_is_told_at_its_place(write: Callable[[str, str], str]) -> None:
    """A table or a program that is not there is found by the check, not by the run."""
    path = write("a.yaml", LACKING)

    checkup = check_everything(read_system([path], {}), {"PATH": ""})

    found = [(one.severity.value, one.code, one.place and one.place.line) for one in checkup.problems]
    assert found == [
        ("error", "lookup-table", 8),
        ("warning", "program-missing", 3),
        ("warning", "input-missing", 6),
    ]
    assert report_of(checkup).verdict == "1 file checked: 1 error, 2 warnings"


@pytest.mark.parametrize(
    ("model", "field"),
    [("AlertSettings", "when"), ("CheckSettings", "expect"), ("CheckSettings", "warn")],
)
def test_an_editor_is_told_the_variables_of_an_expression(model: str, field: str) -> None:
    """The names that may be used stand beside the field in the JSON Schema."""
    described = json.dumps(json_schema()["definitions"][model]["properties"][field])

    assert ("error_rate" if field == "when" else "status") in described
    assert "A CEL expression over " in described


def test_an_editor_is_told_the_variables_of_assertions() -> None:
    """The measures of a simulation are listed where they are used."""
    scenario = json_schema()["properties"]["simulations"]["additionalProperties"]

    assert "latency_p99, amplification" in json.dumps(scenario["properties"]["assert"])


def test_names_that_scenarios_misspell_are_told_where_they_stand(write: Callable[[str, str], str]) -> None:
    """Whom traffic arrives at and what a fault is on are services; the nearest is suggested."""
    path = write("a.yaml", SLIPS)

    problems = read_system([path], {}).document.sorted_problems()

    assert [(one.place and (one.place.line, one.place.column), one.hint) for one in problems] == [
        ((9, 15), "did you mean `gateway`?"),
        ((10, 36), "did you mean `payments`?"),
    ]


def test_a_service_without_performance_is_told_once(write: Callable[[str, str], str]) -> None:
    """However many scenarios reach it."""
    right = SLIPS.replace("getaway", "gateway").replace("payment,", "payments,")

    checkup = check_everything(read_system([write("a.yaml", right)], {}), {})

    codes = [problem.code for problem in checkup.problems]
    assert codes.count("no-performance") == 2


def test_ten_mistakes_are_told_at_once(write: Callable[[str, str], str]) -> None:
    """One run names every mistake, in the order of the lines."""
    path = write("ten.yaml", TEN_MISTAKES)

    with pytest.raises(ConfigError) as caught:
        load_system([path], {})

    found = [(problem.code, problem.place and problem.place.line) for problem in caught.value.problems]
    assert found == [
        ("unknown-key", 2),
        ("wrong-type", 5),
        ("duplicate-key", 6),
        ("unknown-key", 7),
        ("unknown-value", 9),
        ("bad-unit", 10),
        ("unset-variable", 13),
        ("unknown-variable", 14),
        ("expression", 14),
        ("out-of-range", 16),
        ("file-unreadable", 17),
    ]


def test_each_mistake_is_drawn_with_its_frame(write: Callable[[str, str], str]) -> None:
    """Every problem with a place shows the line it is about."""
    with pytest.raises(ConfigError) as caught:
        load_system([write("ten.yaml", TEN_MISTAKES)], {})

    drawn = draw_problems(caught.value.problems, caught.value.sources, View())

    lines = TEN_MISTAKES.splitlines()
    for problem in caught.value.problems:
        assert problem.place is not None
        assert lines[problem.place.line - 1] in drawn


def test_only_the_parts_that_were_asked_for_are_checked(write: Callable[[str, str], str]) -> None:
    """A mistake in a pipeline does not keep anybody from checking the graph."""
    path = write("a.yaml", "services: {a: {}}\npipelines: {p: {nonsense: 1}}\n")

    assert set(load_system([path], {}, ["services"]).parts) == {"services"}
    with pytest.raises(ConfigError):
        load_system([path], {}, ["pipelines"])


def test_a_misspelt_facet_of_a_service_is_suggested(write: Callable[[str, str], str]) -> None:
    """`heatlh` is told as `health`, although another room owns that key."""
    system = read_system([write("a.yaml", "services: {a: {heatlh: []}}\n")], {})

    assert [problem.hint for problem in system.document.problems] == ["did you mean `health`?"]


@pytest.mark.parametrize(("key", "home"), [("nodes", "capacity"), ("depends_on", "services.NAME")])
def test_a_key_that_belongs_elsewhere_is_sent_home(
    write: Callable[[str, str], str], key: str, home: str
) -> None:
    """Who writes a key at the top that a part of the configuration knows is told where it stands."""
    (problem,) = read_system([write("a.yaml", f"services: {{a: {{}}}}\n{key}: {{}}\n")], {}).document.problems

    assert (problem.code, problem.hint) == ("unknown-key", f"`{key}` stands below `{home}`")


def test_secrets_appear_nowhere(write: Callable[[str, str], str]) -> None:
    """A bearer token is hidden in the frame of a mistake beside it."""
    path = write(
        "a.yaml",
        'services: {a: {health: [{name: x, timout: 1s, http: {url: "http://h/", auth: {bearer: "hunter2"}}}]}}\n',
    )
    with pytest.raises(ConfigError) as caught:
        load_system([path], {})

    drawn = draw_problems(caught.value.problems, caught.value.sources, View(mask=caught.value.mask))

    assert "timout" in drawn
    assert "hunter2" not in drawn


def test_a_large_system_is_checked_in_seconds(write: Callable[[str, str], str]) -> None:
    """Ten thousand services with their checks take seconds, not minutes."""
    service = """\
  s{0}:
    version: "1.{0}.0"
    depends_on: {{s{1}: "^1"}}
    resources: {{requests: {{cpu: 250m, memory: 128Mi}}}}
    health: [{{name: api, http: {{url: "http://127.0.0.1/"}}, expect: ['status == 200']}}]
"""
    text = (
        "services:\n"
        + "".join(service.format(number, number - 1) for number in range(1, 10_000))
        + "  s0: {}\n"
    )
    path = write("large.yaml", text)

    started = time.monotonic()
    system = load_system([path], {}, ["services", "checks"])

    assert len(system["services"]) == 10_000
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("sample", [path.parent.name for path in CONFIGS])
def test_a_large_file_is_understood_as_a_small_one(sample: str, tmp_path: Path) -> None:
    """What is kept folded is read, checked and shown like everything else."""
    path = shutil.copytree(SAMPLES / sample, tmp_path / sample) / "tiktoktoe.yaml"

    small = _understood(path)
    path.write_text(path.read_text(encoding="utf-8") + "#" * 100_000, encoding="utf-8")
    large = _understood(path)

    assert (_has_folded(small.document.root), _has_folded(large.document.root)) == (False, True)
    assert large.parts == small.parts
    assert as_yaml(large.document, origin=True) == as_yaml(small.document, origin=True)


def _understood(path: Path) -> System:
    return load_system([str(path)], {})


def _has_folded(node: Node | None) -> bool:
    entries = node.look().values() if isinstance(node, MapNode) else ()
    return isinstance(node, FoldedMap) or any(_has_folded(entry.value) for entry in entries)


@pytest.mark.parametrize("text", [TEN_MISTAKES, SLIPS, UNSET], ids=["mistakes", "slips", "variables"])
def test_mistakes_in_a_large_file_are_those_of_a_small_one(
    write: Callable[[str, str], str], text: str
) -> None:
    """Each problem is the same, at the same place."""
    found = [
        read_system([write("a.yaml", text + padding)], {}).document.sorted_problems()
        for padding in ("", "#" * 100_000)
    ]

    assert found[0] == found[1] != ()


def test_every_part_has_its_room() -> None:
    """Each part names a type that exists."""
    for part in PARTS:
        assert part.type() is not None


def _draw(problems: tuple[Problem, ...], sources: Any) -> str:
    return draw_problems(problems, sources, View())


_YAMLISH = st.lists(
    st.sampled_from(
        [
            "version: 1\n", "services:\n", "  a:\n", "    depends_on:\n", "      b: ", "'^1'\n", "{", "}", "[", "]",
            ": ", "- ", "\n", "    health:\n", "      - ", "http: ", "{url: x}\n", "&a ", "*a\n", "<<: ", "${X}", "\t",
            "resilience: ", "pipelines: ", "simulations: ", "orchestration: ", "capacity: ", "null\n", "1\n", "x\n",
            "    actions: ", "    performance: ", "include: ", "!!int ", "|\n", ">-\n", '"', "'", "#", "é", "\x00",
        ]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(st.one_of(st.binary(max_size=300), _YAMLISH.map(str.encode), st.text(max_size=300).map(str.encode)))
def test_any_bytes_give_a_system_or_problems(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever a file holds, reading and checking it ends with answers that can be drawn."""
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(data)

    system = read_system([str(path)], {})
    checkup = check_everything(system, {})

    _draw(checkup.problems, system.document.sources)
    assert all(problem.code and problem.message for problem in checkup.problems)
    assert system.document.root is not None or any(
        problem.severity is Severity.ERROR for problem in checkup.problems
    )


def unset(path: str, parts: list[str] | None, request: str | None = None) -> list[str]:
    """Name the variables that a command is stopped by."""
    problems = read_system([path], {}, parts, request).document.sorted_problems()
    assert {problem.code for problem in problems} <= {"unset-variable"}
    return [problem.message for problem in problems]


@pytest.mark.parametrize(
    ("parts", "request_", "found"),
    [
        (["services"], None, []),
        (["services", "checks"], None, ["name the host"]),
        (["policies"], None, []),
        (["policies", "requests"], "other", ["the variable `COPY` is not set"]),
        (
            ["policies", "requests"],
            "order",
            ["which order", "the variable `LIMIT` is not set", "the variable `COPY` is not set"],
        ),
    ],
)
def test_a_variable_is_missed_by_those_who_read_it(
    write: Callable[[str, str], str], parts: list[str], request_: str | None, found: list[str]
) -> None:
    """A part that is not read needs none of its variables, nor does a request that is not sent."""
    assert unset(write("a.yaml", UNSET), parts, request_) == found


def test_an_outline_misses_no_variable(write: Callable[[str, str], str]) -> None:
    """It matters that there is a check; what cannot be read without its variables is there, and says nothing."""
    path = write(
        "a.yaml",
        "services:\n"
        '  a: {health: [{name: up, tcp: {address: "127.0.0.1:${PORT}"}}]}\n'
        '  b: {health: [{name: up, file: {path: "${FOLDER}/up"}}]}\n',
    )

    system = read_system([path], {}, ["checks"], outlines={"checks"})

    assert system.document.problems == []
    assert system["checks"]["a"] is None
    assert [check.name for check in system["checks"]["b"]] == ["up"]


def test_whoever_reads_all_misses_every_variable(write: Callable[[str, str], str]) -> None:
    """The whole configuration is checked with those of `x-` keys, each told once."""
    assert len(unset(write("a.yaml", UNSET), None)) == 5


def test_a_variable_of_an_include_is_missed_by_all(write: Callable[[str, str], str]) -> None:
    """What is to be read is part of every part."""
    assert unset(write("a.yaml", "include: [$MORE]\nsystem: $NAME\n"), []) == [
        "the variable `MORE` is not set",
        "the variable `NAME` is not set",
    ]


def test_a_scanner_is_told_what_the_codes_mean(write: Callable[[str, str], str]) -> None:
    """The report of `config check` explains what was found, of the rooms as well as of the graph, and nothing else."""
    text = "services: {a: {depends_on: {b: {}}}}\n"

    report = report_of(check_everything(read_system([write("a.yaml", text)], {}), {}))
    broken = report_of(check_everything(read_system([write("b.yaml", "services: {a: {x: 1}}\n")], {}), {}))

    assert report.rules.keys() == {problem.code for problem in report.problems}
    rule = report.rules["TTG104"]
    assert (rule.title, rule.severity) == ("dependency that is undefined or scaled to 0", Severity.ERROR)
    assert rule.fix.startswith("correct the name")
    assert broken.rules["unknown-key"].meaning == explanations()["unknown-key"].meaning


@pytest.mark.parametrize("blank", ["", "  ", "\u00a0"])
@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("services: {%s: {}}", "1:12"),
        ("requests: {%s: {http: {url: 'http://h/'}}}", "1:12"),
        ("services: {a: {group: %s}}", "1:23"),
        ("services: {a: {health: [{name: %s, tcp: {address: 'h:1'}}]}}", "1:32"),
        ("capacity: {nodes: [{name: %s, cpu: 1, memory: 1Gi}]}", "1:27"),
        (
            "pipelines: {p: {input: {file: a}, routing: [{to: a}], destinations: {a: {file: b}, %s: {file: c}}}}",
            "1:84",
        ),
    ],
)
def test_a_name_can_be_seen(tmp_path: Path, text: str, place: str, blank: str) -> None:
    """A service, a request, a group, a check, a node or a destination that is called nothing is refused."""
    file = tmp_path / "tiktoktoe.yaml"
    file.write_text(text % f'"{blank}"', encoding="utf-8")

    problems = read_system([str(file)], {}).document.sorted_problems()

    places = [str(one.place) for one in problems if one.code == "blank-name"]
    assert places == [f"{file}:{place}"]


def test_a_service_without_a_value_is_told_all_its_keys(tmp_path: Path) -> None:
    """The keys that other rooms read in a service are offered as well."""
    file = tmp_path / "tiktoktoe.yaml"
    file.write_text("services: {b: }", encoding="utf-8")

    (problem,) = read_system([str(file)], {}, ["services"]).document.problems

    hint = problem.hint or ""
    assert [key for key in ("`actions`", "`health`", "`performance`", "`version`") if key not in hint] == []
