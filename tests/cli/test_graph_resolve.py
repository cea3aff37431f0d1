"""`graph resolve`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.systems import configure

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.systems import Run


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration is found but what a test writes."""
    monkeypatch.chdir(tmp_path)


FITTING: dict[str, Any] = {  # what YAML can hold
    "web": {"version": "1.0.0", "depends_on": {"db": "^1.4"}},
    "db": {"version": "1.4.0", "available": ["1.5.0", "1.6.0"]},
}
OUTDATED: dict[str, Any] = {**FITTING, "db": {**FITTING["db"], "version": "1.3.0"}}  # as above
CLASHING = """\
version: 1
services:
  checkout:
    version: "2.0.0"
    depends_on:
      redis: ">=7 <8"
  sessions:
    version: "1.0.0"
    depends_on:
      redis: "^6.2"
  redis:
    version: "7.0.5"
    available: ["6.2.1"]
"""


def test_what_is_deployed_fits(tiktoktoe: Run) -> None:
    """Nothing has to change, and that is a yes; what stays is shown on request."""
    configure(FITTING)

    result, whole = tiktoktoe("graph", "resolve"), tiktoktoe("graph", "resolve", "--all")

    assert (result.code, result.out) == (0, "")
    assert whole.out == (
        "SERVICE  DEPLOYED  CHOSEN  CHANGE  WHY\n"
        "web      1.0.0     1.0.0   keep    <none>\n"
        "db       1.4.0     1.4.0   keep    web needs ^1.4\n"
    )
    assert result.err == "2 services: what is deployed fits together\n"


def test_changes_are_a_yes_unless_a_pipeline_asks(tiktoktoe: Run) -> None:
    """There is an answer: that is a yes; with `--check`, that something has to change is a no."""
    configure(OUTDATED)

    plain, checked = tiktoktoe("graph", "resolve"), tiktoktoe("graph", "resolve", "--check")

    names, all_names = (tiktoktoe("graph", "resolve", "-o", "name", *more) for more in ((), ("--all",)))

    assert (plain.code, checked.code) == (0, 1)
    assert (names.out.split(), all_names.out.split()) == (["db"], ["db", "web"])
    assert plain.out == checked.out
    assert plain.out.splitlines()[1] == "db       1.3.0     1.6.0   upgrade  web needs ^1.4"
    assert plain.err == (
        "2 services fit together with 1 change: 1 to upgrade; 1 stays\n"
        '  at tiktoktoe.yaml:1 write `version: "1.6.0"` for `db`\n'
    )


def test_the_newest_versions_are_asked_for(tiktoktoe: Run) -> None:
    """`--prefer newest` upgrades what may be upgraded."""
    configure(FITTING)

    result = tiktoktoe("graph", "resolve", "--prefer", "newest", "--service", "db", "-o", "json")

    answer = json.loads(result.out)
    assert result.code == 0
    assert [(item["name"], item["chosen"], item["change"]) for item in answer["items"]] == [
        ("db", "1.6.0", "upgrade")
    ]
    assert answer["summary"]["moves"] == {"upgrade": 1}


def test_a_conflict_is_shown_with_its_lines_and_what_helps(tiktoktoe: Run, write: Any) -> None:
    """One sentence, the lines in the file, and the changes that were tried out."""
    write("tiktoktoe.yaml", CLASHING)

    result = tiktoktoe("graph", "resolve")

    assert result.code == 1
    assert result.out == (
        "error[TTG202]: `redis`: `checkout` needs `>=7 <8` (tiktoktoe.yaml:6), `sessions` needs `^6.2` "
        "(tiktoktoe.yaml:10); deployed `7.0.5`, available `6.2.1`\n"
        "  --> tiktoktoe.yaml:6:14\n"
        "   |\n"
        ' 6 |       redis: ">=7 <8"\n'
        "   |              ^^^^^^^^\n"
        "   = help: any one of these ends the conflict:\n"
        "    - widen the range of `checkout` on `redis` (tiktoktoe.yaml:6) to `>=7 <8 || ^6.2.1`\n"
        "    - widen the range of `sessions` on `redis` (tiktoktoe.yaml:10) to `^6.2 || ^7.0.5`\n"
        "note: `sessions` needs `redis` in `^6.2`\n"
        "  --> tiktoktoe.yaml:10:14\n"
        "   |\n"
        '10 |       redis: "^6.2"\n'
        "   |              ------\n"
        "\n"
        "1 error\n"
    )
    assert result.err == "3 services: 1 conflict, no choice of versions fits together\n"


def test_a_chain_of_needs_is_explained(tiktoktoe: Run) -> None:
    """Below the frames stands how it comes to the conflict, and machines get it, too."""
    configure(
        {
            "shop": {"version": "1.0.0", "depends_on": {"cart": "^1", "db": "^1"}},
            "cart": {"available": [{"version": "1.2.0", "depends_on": {"db": "^2"}}]},
            "db": {"available": ["1.0.0", "2.0.0"]},
        }
    )

    shown, machines = tiktoktoe("graph", "resolve"), tiktoktoe("graph", "resolve", "-o", "json")

    lines = json.loads(machines.out)["summary"]["conflicts"][0]["explanation"]
    assert (shown.code, machines.code) == (1, 1)
    assert len(lines) == 2
    assert [line.strip() for line in shown.out.splitlines()[-2:]] == lines


MOVING = """\
version: 1
services:
  web: {version: 1.0.0, depends_on: {api: "^2"}}
  api:
    version: 3.0.0
    available:
      - {version: 2.0.0, depends_on: {audit: "^1", db: "^1", cache: "^8", old: null, queue: "^2"}}
    depends_on:
      db: "^2"
      cache: {version: "^7", kind: soft}
      old: {}
      queue:
        kind: runtime
  db: {version: 2.0.0, available: [1.5.0]}
  cache: {version: 7.0.0, available: [8.0.0]}
  old: {version: 1.0.0}
  queue: {version: 2.0.0}
  audit: {available: [1.0.0]}
"""
MOVED = """\
version: 1
services:
  web: {version: 1.0.0, depends_on: {api: "^2"}}
  api:
    version: "2.0.0"
    available:
      - {version: 2.0.0, depends_on: {audit: "^1", db: "^1", cache: "^8", old: null, queue: "^2"}}
    depends_on:
      audit: "^1"
      db: "^1"
      cache: {version: "^8", kind: soft}
      queue:
        version: "^2"
        kind: runtime
  db: {version: "1.5.0", available: [1.5.0]}
  cache: {version: "8.0.0", available: [8.0.0]}
  old: {version: 1.0.0}
  queue: {version: 2.0.0}
  audit: {version: "1.0.0", available: [1.0.0]}
"""


def test_what_is_to_be_written_is_said_in_full(tiktoktoe: Run, write: Any) -> None:
    """Every version and every range has its line, in the form that stands there, off a terminal, too."""
    write("tiktoktoe.yaml", MOVING)

    result = tiktoktoe("graph", "resolve")

    assert result.err.splitlines()[1:] == [
        '  at tiktoktoe.yaml:5 write `version: "2.0.0"` for `api`',
        '  at tiktoktoe.yaml:8 add `audit: "^1"` to `depends_on` of `api`',
        '  at tiktoktoe.yaml:9 write `db: "^1"` for `api`',
        '  at tiktoktoe.yaml:10 write `version: "^8"` below `cache` of `api`',
        "  at tiktoktoe.yaml:11 remove `old` from `depends_on` of `api`",
        '  at tiktoktoe.yaml:12 write `version: "^2"` below `queue` of `api`',
        '  at tiktoktoe.yaml:14 write `version: "1.5.0"` for `db`',
        '  at tiktoktoe.yaml:15 write `version: "8.0.0"` for `cache`',
        '  at tiktoktoe.yaml:18 write `version: "1.0.0"` for `audit`',
    ]


def test_what_was_written_by_hand_fits_together(tiktoktoe: Run, write: Any) -> None:
    """Once a person did what the lines say, both commands agree that nothing is left to do."""
    write("tiktoktoe.yaml", MOVED)

    resolved = tiktoktoe("graph", "resolve", "--check")
    validated = tiktoktoe("graph", "validate", "-o", "json")

    assert (resolved.code, resolved.out) == (0, "")
    assert resolved.err == "7 services: what is deployed fits together\n"
    assert not [one for one in json.loads(validated.out)["problems"] if one["code"].startswith("TTG2")]


def test_versions_that_cannot_be_read_end_it(tiktoktoe: Run) -> None:
    """Whoever writes half a version is told so before anything is chosen."""
    configure({**FITTING, "db": {"version": "1.4"}})

    result = tiktoktoe("graph", "resolve")

    assert result.code == 2
    assert result.out == ""
    assert "error[TTG203]: `db`: `1.4` is not a version" in result.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--service", "dbb"), "unknown service: `dbb`"),
        (("--prefer", "newst"), "unknown value of `--prefer`: `newst`"),
    ],
)
def test_unknown_words_are_refused(tiktoktoe: Run, arguments: tuple[str, str], words: str) -> None:
    """A service that is not there and a preference that is none are asked wrongly."""
    configure(FITTING)

    result = tiktoktoe("graph", "resolve", *arguments)

    assert result.code == 2
    assert words in result.err
    assert "did you mean" in result.err


def test_reports_are_written_for_pipelines(tiktoktoe: Run, tmp_path: Path) -> None:
    """JUnit has the services, SARIF the conflict."""
    configure(OUTDATED)

    result = tiktoktoe("graph", "resolve", "--check", "--report", "junit=out/resolve.xml")

    assert result.code == 1
    assert 'failures="1"' in (tmp_path / "out" / "resolve.xml").read_text()


def test_the_same_question_has_the_same_bytes(write: Any) -> None:
    """Whatever order Python's sets have, the answer is the same, with its explanation."""
    needs = {
        f"s{one}": {"version": "1.0.0", "depends_on": {f"t{one % 3}": "^1", "db": "*"}} for one in range(9)
    }
    links = {
        f"t{one}": {
            "available": [
                {"version": f"1.{at}.0", "depends_on": {"db": f"^{at + 1}"}} for at in range(one + 1)
            ]
        }
        for one in range(3)
    }
    services = {**needs, **links, "db": {"version": "4.0.0", "available": ["3.0.0", "2.0.0", "1.0.0"]}}
    path = write("tiktoktoe.yaml", json.dumps({"version": 1, "services": services}))

    answers = {
        subprocess.run(
            [sys.executable, "-m", "tiktoktoe_cli", "graph", "resolve", "-c", path, "-o", "json"],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=False,
            timeout=60,
        ).stdout
        for seed in ("1", "2", "3")
    }

    assert len(answers) == 1
    assert b"conflicts" in answers.pop()
