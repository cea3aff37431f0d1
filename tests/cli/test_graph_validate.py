"""`tiktoktoe graph validate` as a pipeline uses it: exit codes, choices, suppressions, the baseline."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result

    Run = Callable[..., Result]

REDUNDANT = """\
version: 1
services:
  a: {depends_on: {b: {condition: started}, c: {condition: started}}}
  b: {depends_on: {c: {condition: started}}}
  c: {}
"""
CYCLE = """\
version: 1
services:
  a: {depends_on: {b: {condition: started}}}
  b: {depends_on: {a: {condition: started}}}
"""
ONLY = ("--only", "TTG1,TTG4,TTG9")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a fresh folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(text: str) -> None:
    """Write the configuration."""
    Path("tiktoktoe.yaml").write_text(text, encoding="utf-8")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (REDUNDANT, [], 0),
        (REDUNDANT, ["--fail-on", "warning"], 1),
        (REDUNDANT, ["--fail-on", "warning", "--ignore", "TTG105"], 0),
        (REDUNDANT, ["--fail-on", "warning", "--only", "TTG101"], 0),
        (CYCLE, [], 1),
        (CYCLE, ["--ignore", "ttg101"], 0),
        ("services: {a: {depend_on: {}}}\n", [], 2),
        (CYCLE, ["--only", "TTG7"], 2),
        (CYCLE, ["--only", "TTG101", "--ignore", "TTG101"], 2),
        (CYCLE, ["--fail-on", "fatal"], 2),
        (CYCLE, ["--baseline", "missing.txt"], 2),
        (CYCLE, ["--update-baseline"], 2),
    ],
)
def test_the_exit_code_says_whether_the_system_fits(
    tiktoktoe: Run, text: str, options: list[str], code: int
) -> None:
    """0 is yes, 1 is findings at the level that was asked for, 2 is asked wrongly."""
    configure(text)

    result = tiktoktoe("graph", "validate", *options)

    assert result.code == code
    assert "Traceback" not in result.err


@pytest.mark.usefixtures("folder")
def test_a_baseline_is_written_read_and_outlived(tiktoktoe: Run) -> None:
    """What is known fails no more, wherever it moves to; what is mended is told, until the file is written anew."""
    configure(REDUNDANT)
    strict = ("graph", "validate", *ONLY, "--fail-on", "warning", "--baseline", "known.txt")

    assert tiktoktoe(*strict, "--update-baseline").code == 0
    written = Path("known.txt").read_text(encoding="utf-8")
    assert written.splitlines()[1:] == ["TTG105 a c"]

    configure("# moved\n\n" + REDUNDANT)
    known = tiktoktoe(*strict)
    assert (known.code, known.err.strip()) == (
        0,
        "3 services, 3 dependencies, 3 start waves: no findings, 1 accepted",
    )

    configure(REDUNDANT.replace("b: {condition: started}, ", ""))
    mended = tiktoktoe(*strict)
    assert mended.code == 1
    assert (
        "warning[TTG902]: the baseline accepts TTG105 about `a` and `c`, which is no longer found"
        in mended.out
    )
    assert " --> known.txt:2:1" in mended.out
    assert "2 | TTG105 a c" in mended.out

    assert tiktoktoe(*strict, "--update-baseline").code == 0
    assert "TTG105" not in Path("known.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("folder")
def test_it_is_told_what_became_of_the_baseline(tiktoktoe: Run) -> None:
    """To persons in words, unless they want none, to machines in the summary."""
    configure(REDUNDANT)
    Path("known.txt").write_text("TTG105 x y\nTTG106 z\n")
    update = ("graph", "validate", "--only", "TTG105", "--baseline", "known.txt", "--update-baseline")

    told = tiktoktoe(*update)
    again = tiktoktoe(*update, "-q", "-o", "json")
    read = tiktoktoe("graph", "validate", "--baseline", "known.txt", "-o", "json")

    assert told.err.splitlines()[0] == "wrote `known.txt`: 2 findings accepted, 1 new, 1 removed"
    assert again.err == ""
    assert json.loads(again.out)["summary"]["baseline"] == {
        "file": "known.txt",
        "accepted": 2,
        "added": 0,
        "removed": 0,
    }
    assert json.loads(read.out)["summary"]["baseline"] is None


@pytest.mark.parametrize(
    ("name", "reason", "hint"),
    [
        ("missing", "no such file or directory", "`graph validate --update-baseline` writes it"),
        (".", "not a regular file", "check the path and its permissions"),
        ("pipe", "not a regular file", "check the path and its permissions"),
    ],
)
def test_a_baseline_that_cannot_be_read_is_told_where_it_is_named(
    tiktoktoe: Run, folder: Path, name: str, reason: str, hint: str
) -> None:
    """The option names it, or a line of the configuration does; nobody waits for a pipe."""
    os.mkfifo(folder / "pipe")
    configure(REDUNDANT)
    by_option = tiktoktoe("graph", "validate", "--baseline", name)
    configure(REDUNDANT + f"graph:\n  baseline: {name}\n")
    by_configuration = tiktoktoe("graph", "validate")

    assert (by_option.code, by_option.out) == (2, "")
    assert by_option.err == f"error: `--baseline`: cannot read `{name}`: {reason}\nhelp: {hint}\n"
    assert by_configuration.code == 2
    assert f"cannot read `{name}`: {reason}\n --> tiktoktoe.yaml:7:3\n" in by_configuration.err
    assert f"= help: {hint}" in by_configuration.err


@pytest.mark.parametrize("name", [".", "pipe", "-"])
def test_a_baseline_is_written_to_a_file_only(tiktoktoe: Run, folder: Path, name: str) -> None:
    """Standard input, a folder and a pipe cannot be read again."""
    os.mkfifo(folder / "pipe")
    configure(REDUNDANT)

    result = tiktoktoe("graph", "validate", "--baseline", name, "--update-baseline")

    assert (result.code, "`--" in result.err.splitlines()[0]) == (2, True)
    assert sorted(path.name for path in folder.iterdir()) == ["pipe", "tiktoktoe.yaml"]


@pytest.mark.usefixtures("folder")
def test_a_baseline_can_come_from_standard_input() -> None:
    """As a configuration can."""
    configure(REDUNDANT)
    options = (*ONLY, "--baseline", "-", "--fail-on", "info")

    done = subprocess.run(
        [sys.executable, "-m", "tiktoktoe_cli", "graph", "validate", *options],
        input="TTG105 a c\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stderr.strip().endswith(": no findings, 1 accepted")) == (0, True)


@pytest.mark.usefixtures("folder")
def test_the_baseline_of_the_configuration_holds_for_every_command(tiktoktoe: Run) -> None:
    """`config check` accepts what `graph validate` accepts."""
    configure(REDUNDANT + "graph: {baseline: known.txt}\n")

    missing = [tiktoktoe(*command) for command in (("graph", "validate"), ("config", "check"))]
    updated = tiktoktoe("graph", "validate", "--update-baseline", "-o", "json")
    after = [
        tiktoktoe(*command, "--fail-on", "info") for command in (("graph", "validate"), ("config", "check"))
    ]

    assert [result.code for result in missing] == [2, 1]
    assert all("cannot read `known.txt`" in result.out + result.err for result in missing)
    assert updated.code == 0
    assert [result.code for result in after] == [0, 0]


@pytest.mark.usefixtures("folder")
def test_a_file_that_is_no_baseline_is_not_overwritten(tiktoktoe: Run) -> None:
    """A slip of the pen must not cost the configuration."""
    configure(REDUNDANT)

    result = tiktoktoe("graph", "validate", "--baseline", "tiktoktoe.yaml", "--update-baseline")

    assert result.code == 2
    assert "error[baseline-entry]: this line is no entry of a baseline" in result.err
    assert Path("tiktoktoe.yaml").read_text(encoding="utf-8") == REDUNDANT


SUPPRESSED = REDUNDANT + 'graph: {suppress: [{rule: TTG105, services: [a, c], reason: "c is called"}]}\n'


@pytest.mark.usefixtures("folder")
def test_a_suppression_holds_for_every_command(tiktoktoe: Run) -> None:
    """The verdict counts it, and nothing fails by it."""
    configure(SUPPRESSED)

    validated = tiktoktoe("graph", "validate", *ONLY, "--fail-on", "info")
    checked = tiktoktoe("config", "check", "--fail-on", "warning", "-o", "json")

    assert validated.code == 0
    assert validated.err.strip().endswith(": no findings, 1 accepted")
    assert "TTG105" not in {problem["code"] for problem in json.loads(checked.out)["problems"]}


@pytest.mark.usefixtures("folder")
def test_machines_are_told_of_what_is_accepted(tiktoktoe: Run) -> None:
    """An item has everything that identifies and places the finding, and why it does not count."""
    configure(SUPPRESSED)

    answer = json.loads(tiktoktoe("graph", "validate", *ONLY, "-o", "json").out)

    assert answer["ok"] is True
    assert answer["problems"] == []
    assert answer["summary"]["accepted"] == {"suppression": 1, "baseline": 0}
    (item,) = answer["items"]
    assert (item["rule"], item["about"]) == ("TTG105", ["a", "c"])
    assert (item["file"], item["line"], item["column"], item["end_column"]) == ("tiktoktoe.yaml", 3, 45, 46)
    assert [note["line"] for note in item["related"]] == [3, 4]
    assert item["accepted"] == {"by": "suppression", "reason": "c is called"}


@pytest.mark.usefixtures("folder")
def test_what_is_suppressed_fails_no_report(tiktoktoe: Run) -> None:
    """A test report counts the rule as passed and the finding as skipped, a scanner is told the reason, too."""
    configure(SUPPRESSED)
    kinds = ("junit", "github", "gitlab", "sarif")

    tiktoktoe(
        "graph", "validate", *ONLY, *(word for kind in kinds for word in ("--report", f"{kind}={kind}"))
    )

    files = {kind: Path(kind).read_text(encoding="utf-8") for kind in kinds}
    suites = ET.fromstring(files["junit"])
    assert suites.get("failures") == "0"
    (accepted,) = [case for case in suites.iter("testcase") if case.get("name") == "TTG105 a c"]
    skipped = accepted.find("skipped")
    assert skipped is not None
    assert skipped.get("message", "").startswith("`a` waits for `c` anyway")
    assert skipped.get("message", "").endswith("(suppression: c is called)")
    assert (accepted.get("file"), accepted.get("line")) == ("tiktoktoe.yaml", "3")
    assert files["github"] == ""
    assert json.loads(files["gitlab"]) == []
    (result,) = json.loads(files["sarif"])["runs"][0]["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "c is called"}]


@pytest.mark.usefixtures("folder")
def test_names_are_those_of_open_findings(tiktoktoe: Run) -> None:
    """A loop of the shell does not mend what is accepted."""
    configure(SUPPRESSED.replace("  c: {}", "  c: {depends_on: {gone: {}}}"))

    result = tiktoktoe("graph", "validate", "--only", "TTG104,TTG105", "-o", "name")

    assert result.out == "TTG104\n"


@pytest.mark.usefixtures("folder")
def test_a_stream_of_lines_tells_each_finding_once(tiktoktoe: Run) -> None:
    """Open and accepted ones are items, with all that is known of them."""
    configure(SUPPRESSED.replace("  c: {}", "  c: {depends_on: {gone: {}}}"))

    result = tiktoktoe("graph", "validate", "--only", "TTG104,TTG105", "-o", "ndjson")

    lines = [json.loads(line) for line in result.out.splitlines()]
    assert [line["kind"] for line in lines] == ["header", "item", "item", "summary"]
    assert [bool(line["item"]["accepted"]) for line in lines[1:3]] == [False, True]


WRONG = "version: 1\nservices:\n  a: {versoin: 1}\n  b: {replicas: two}\n"


@pytest.mark.usefixtures("folder")
def test_every_report_says_what_is_wrong_with_a_configuration(tiktoktoe: Run) -> None:
    """Each problem with its place; in a test report as a test that could not be run."""
    configure(WRONG)
    kinds = ("junit", "tap", "sarif", "gitlab", "github", "markdown")

    result = tiktoktoe(
        "graph", "validate", *(word for kind in kinds for word in ("--report", f"{kind}={kind}"))
    )

    files = {kind: Path(kind).read_text(encoding="utf-8") for kind in kinds}
    assert result.code == 2
    assert [kind for kind in kinds if "unknown key `versoin`" not in files[kind].replace("\\`", "`")] == []
    cases = list(ET.fromstring(files["junit"]).iter("testcase"))
    assert [(case.get("name"), case.get("file"), case.get("line")) for case in cases] == [
        ("unknown-key at line 3, column 7", "tiktoktoe.yaml", "3"),
        ("wrong-type at line 4, column 17", "tiktoktoe.yaml", "4"),
    ]
    assert [error.get("message") for case in cases for error in case.iter("error")][:1] == [
        "unknown key `versoin`"
    ]
    results = json.loads(files["sarif"])["runs"][0]["results"]
    assert [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in results] == [3, 4]
    assert [entry["location"]["lines"]["begin"] for entry in json.loads(files["gitlab"])] == [3, 4]
    assert [line.partition(",file=")[2][:21] for line in files["github"].splitlines()] == [
        "tiktoktoe.yaml,line=3",
        "tiktoktoe.yaml,line=4",
    ]
    assert "at tiktoktoe.yaml:4:17:" in files["markdown"]
    assert files["tap"].count("\nnot ok ") == 2


@pytest.mark.usefixtures("folder")
def test_a_rule_that_was_not_applied_is_a_skipped_test(tiktoktoe: Run) -> None:
    """Nobody takes it for one that was passed."""
    configure(REDUNDANT)

    tiktoktoe("graph", "validate", "--only", "TTG105", "--fail-on", "warning", "--report", "junit=out.xml")

    cases = {case.get("name", "").split()[0]: case for case in ET.parse("out.xml").iter("testcase")}
    assert cases["TTG101"].find("skipped") is not None
    failure = cases["TTG105"].find("failure")
    assert failure is not None
    assert failure.get("message", "").startswith("tiktoktoe.yaml:3:45: `a` waits for `c` anyway")


@pytest.mark.usefixtures("folder")
def test_a_cycle_of_a_thousand_services_can_be_read(tiktoktoe: Run) -> None:
    """A person sees some of its edges and how many more there are; machines, and who asks, see all."""
    services: dict[str, Any] = {
        f"s{number}": {"depends_on": {f"s{(number + 1) % 1000}": {}}} for number in range(1000)
    }
    configure(json.dumps({"version": 1, "services": services}, indent=1))

    shown = tiktoktoe("graph", "validate", "--only", "TTG101")
    whole = tiktoktoe("graph", "validate", "--only", "TTG101", "-v")
    data = json.loads(tiktoktoe("graph", "validate", "--only", "TTG101", "-o", "json").out)

    assert shown.code == 1
    assert "Traceback" not in shown.err
    assert shown.out.count("\nnote: `s") == 10
    assert "note: and 990 more (-v shows them all)" in shown.out
    assert whole.out.count("\nnote: `s") == 1000
    assert len(data["items"][0]["related"]) == 1000


@pytest.mark.usefixtures("folder")
def test_a_rule_that_finds_something_everywhere_hides_no_other(tiktoktoe: Run) -> None:
    """Fifty of its findings are shown, the rest is counted; an error at the end of the file is there."""
    services: dict[str, Any] = {  # JSON
        f"s{number:04}": {"depends_on": {"gone": {"kind": "soft"}}} for number in range(600)
    }
    services["z"] = {"depends_on": {"z": {}}}
    configure(json.dumps({"version": 1, "services": services}, indent=1))

    shown = tiktoktoe("graph", "validate", "--only", "TTG103,TTG104")

    assert shown.out.count("error[TTG104]") == 50
    assert "error[TTG103]" in shown.out
    assert "... and 550 more of TTG104" in shown.out
    assert shown.out.rstrip().endswith("601 errors")


def test_every_rule_is_listed(tiktoktoe: Run) -> None:
    """With its weight and its title, those of the configuration, too."""
    result = tiktoktoe("graph", "validate", "--explain", "all", "-o", "json")

    items = {item["rule"]: item for item in json.loads(result.out)["items"]}
    assert result.code == 0
    assert list(items) == sorted(items)
    assert items["TTG101"]["severity"] == "error"
    assert items["TTG002"]["codes"] == ["unknown-key"]


@pytest.mark.parametrize(("word", "words"), [("ttg101", "cycle of start edges"), ("TTG002", "`unknown-key`")])
def test_a_rule_is_explained_without_a_configuration(
    tiktoktoe: Run, folder: Path, word: str, words: str
) -> None:
    """Whoever asks has the id from somewhere else."""
    result = tiktoktoe("graph", "validate", "--explain", word)

    assert list(folder.iterdir()) == []
    assert (result.code, words in result.out) == (0, True)


@pytest.mark.usefixtures("folder")
def test_the_value_of_a_variable_is_not_told(tiktoktoe: Run) -> None:
    """A start action that names another service's address is shown without its secrets."""
    configure(
        """\
version: 1
services:
  a: {actions: {start: {run: [prog], env: {DB_PASSWORD: "me:swordfish@127.0.0.1:5432"}}}}
  db: {health: [{name: up, tcp: {address: "127.0.0.1:5432"}}]}
"""
    )

    result = tiktoktoe("graph", "validate", "--only", "TTG110")

    assert "warning[TTG110]: `a` is started with the address of `db`, but does not depend on it" in result.out
    assert "swordfish" not in result.out + result.err


ELSEWHERE = """\
version: 1
services:
  web:
    depends_on: {db: {}}
    health: [{name: up, tcp: {address: "127.0.0.1:${WEB_PORT}"}}]
    actions: {start: {run: [web, "${TOKEN:?log in first}"]}, rollback: {run: [undo, "${file:key.txt}"]}}
  db: {health: [{name: up, tcp: {address: "${DB}"}, interval: "${OFTEN}"}], actions: {start: {run: [db]}}}
"""


@pytest.mark.usefixtures("folder")
def test_a_graph_is_validated_where_no_variable_of_a_check_or_an_action_is_set(tiktoktoe: Run) -> None:
    """A pipeline has none of the secrets; a check whose port is not known is a check, and so is an action one."""
    configure(ELSEWHERE)

    validated = json.loads(tiktoktoe("graph", "validate", "--only", "TTG4", "-o", "json").out)
    compared = tiktoktoe("graph", "diff", "tiktoktoe.yaml", "tiktoktoe.yaml")
    checked = json.loads(tiktoktoe("config", "check", "-o", "json").out)

    assert [(item["rule"], item["about"]) for item in validated["items"]] == [("TTG403", ["db"])]
    assert compared.code == 0
    assert sorted(item["code"] for item in checked["items"]) == ["secret-file", *["unset-variable"] * 4]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("rollback:", "rolback:", "unknown-key"),
        ("{run: [undo", "{ruin: 1, run: [undo", "unknown-key"),
        ("${TOKEN:?log in first}", "${TOKEN PLEASE}", "interpolation-syntax"),
        ("depends_on: {db: {}}", "depends_on: {db: '${RANGE}'}", "unset-variable"),
    ],
)
def test_a_mistake_where_variables_are_not_set_is_a_mistake(
    tiktoktoe: Run, old: str, new: str, code: str
) -> None:
    """Only that a variable is not set here is no problem, and only where the graph does not need its value."""
    configure(ELSEWHERE.replace(old, new, 1))

    result = tiktoktoe("graph", "validate", "-o", "json")

    assert result.code == 2
    assert {problem["code"] for problem in json.loads(result.out)["problems"]} == {code}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("old", "new"), [("interval:", "intervall:"), ("${DB}", "nowhere"), ("${WEB_PORT}", "${WEB PORT}")]
)
def test_what_a_check_says_is_no_matter_of_the_graph(tiktoktoe: Run, old: str, new: str) -> None:
    """It is enough that there is one: `config check` tells what is wrong with it."""
    configure(ELSEWHERE.replace(old, new, 1))

    validated = tiktoktoe("graph", "validate", "--only", "TTG401")
    checked = tiktoktoe("config", "check")

    assert (validated.code, checked.code) == (0, 2)


@pytest.mark.usefixtures("folder")
def test_a_text_whose_variables_are_not_set_shows_no_use(tiktoktoe: Run) -> None:
    """What its message names is not what the service is started with; the texts beside it are."""
    text = """\
version: 1
services:
  web: {actions: {start: {run: [web, "${DB?such as 127.0.0.1:5432}", "127.0.0.1:6379"], env: {KEY: "${KEY}"}}}}
  db: {health: [{name: up, tcp: {address: "127.0.0.1:5432"}}]}
  cache: {health: [{name: up, redis: {address: "127.0.0.1:6379", password: "${PASSWORD}"}}]}
"""
    configure(text)

    found = json.loads(tiktoktoe("graph", "validate", "--only", "TTG110", "-o", "json").out)["items"]

    assert [item["about"] for item in found] == [["web", "cache"]]
