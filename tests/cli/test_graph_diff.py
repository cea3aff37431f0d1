"""`graph diff`, between files and the revisions of a real repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from tests.cli.systems import configure
from tiktoktoe_cli.cli.app import load_command

if TYPE_CHECKING:
    from tests.cli.systems import Run

OLD = {
    "web": {"replicas": 2, "depends_on": {"db": "^1", "ads": {"required": False}}},
    "db": {"version": "1.4.0"},
    "ads": {"version": "0.3.1"},
}
NEW = {
    "web": {"replicas": 2, "depends_on": {"db": ">=1", "mail": {"kind": "soft"}}},
    "db": {"version": "2.0.0"},
    "mail": {"version": "1.0.0"},
}


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work where no configuration is found but what a test writes."""
    monkeypatch.chdir(tmp_path)


class Repository:
    """A git repository in a folder, with nobody's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    @classmethod
    def at(cls, folder: Path) -> Repository:
        """Make a folder with a repository in it."""
        folder.mkdir()
        return cls(folder)

    def git(self, *words: str) -> str:
        """Ask git."""
        who = {
            f"GIT_{role}_{what}": f"{role}@example.org"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder,
            env={**os.environ, **who, **nobody},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout

    def commit(self, *tags: str) -> None:
        """Commit all that is there."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "a change")
        for tag in tags:
            self.git("tag", tag)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Make a repository, where there is git; a CI without it fails."""
    if shutil.which("git") is None and os.environ.get("CI"):
        pytest.fail("git is not installed: `apt-get install git`")
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    return Repository(tmp_path)


def changes(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what became of services and dependencies."""
    return [
        (item["change"], item["what"], item["name"])
        for item in answer["items"]
        if item["what"] in {"service", "dependency"}
    ]


def write(name: str, services: dict[str, Any]) -> None:
    """Write a configuration; JSON is YAML."""
    Path(name).write_text(json.dumps({"version": 1, "services": services}))


def test_two_files_are_compared(tiktoktoe: Run) -> None:
    """Each part has its lines, and below stands how dangerous it is."""
    write("old.yaml", OLD)
    write("new.yaml", NEW)

    result = tiktoktoe("graph", "diff", "old.yaml", "new.yaml")

    assert result.code == 0
    assert result.out.startswith(
        "services\n"
        "  \N{MINUS SIGN} ads   medium  version 0.3.1; replicas 1\n"
        "  ~ db    high    version 1.4.0 → 2.0.0\n"
        "  + mail  low     version 1.0.0; replicas 1\n"
        "dependencies\n"
        "  \N{MINUS SIGN} web → ads   low  kind start; condition healthy; optional\n"
        "  ~ web → db    low  version ^1 → >=1\n"
        "  + web → mail  low  kind soft; condition healthy\n"
        "findings\n"
    )
    assert result.out.endswith(
        "risks\n"
        "  high    `db` goes from 1.4.0 to 2.0.0, and 1 service needs it: `web`\n"
        "  medium  `ads` is removed\n"
    )
    assert result.err.startswith("risk high: 1 service removed, 1 service changed, 1 service added, ")


def test_moves_and_cycles_have_their_parts(tiktoktoe: Run) -> None:
    """Who starts in another wave is told, and a circle that is new is told as a path."""
    alone: dict[str, Any] = {"a": {}, "b": {"depends_on": {"a": {}}}, "c": {}}
    write("alone.yaml", alone)
    write("later.yaml", alone | {"a": {"depends_on": {"c": {}}}})
    write("circle.yaml", alone | {"a": {"depends_on": {"b": {}}}})

    later = tiktoktoe("graph", "diff", "alone.yaml", "later.yaml").out
    circle = tiktoktoe("graph", "diff", "alone.yaml", "circle.yaml").out
    broken = json.loads(tiktoktoe("graph", "diff", "circle.yaml", "alone.yaml", "-o", "json").out)

    assert "start order\n  ~ a  low  wave 1 → 2\n  ~ b  low  wave 2 → 3\n" in later
    assert "start cycles\n  + a → b → a  high\n" in circle
    assert broken["summary"]["start_cycles"] == {"added": 0, "removed": 1, "changed": 0}


def test_two_chains_stand_apart(tiktoktoe: Run) -> None:
    """The chain that decided and the one that decides now are two paths, not one."""
    parts: dict[str, Any] = {"a": {"start_time": "2s"}, "b": {"start_time": "1s"}}
    parts["c"] = {"start_time": "1s", "depends_on": {"a": {}, "b": {}}}
    write("old.yaml", parts)
    write("new.yaml", parts | {"b": {"start_time": "5s"}})

    result = tiktoktoe("graph", "diff", "old.yaml", "new.yaml")

    assert "  ~ everything  low  time 3s → 6s; chain before: a → c; chain now: b → c\n" in result.out


def test_nothing_is_different(tiktoktoe: Run) -> None:
    """A configuration is not different from itself, whatever may fail."""
    configure(OLD)

    result = tiktoktoe("graph", "diff", "tiktoktoe.yaml", ".", "--fail-on", "low")

    assert (result.code, result.out) == (0, "")
    assert result.err == "nothing is different between tiktoktoe.yaml and .\n"


@pytest.mark.parametrize(("level", "code"), [("high", 1), ("medium", 1), ("low", 1), (None, 0)])
def test_a_risk_fails_on_request(tiktoktoe: Run, level: str | None, code: int) -> None:
    """From the risk on that is named, the answer is no; otherwise a difference is no failure."""
    write("old.yaml", OLD)
    configure(NEW)

    result = tiktoktoe("graph", "diff", "old.yaml", *(["--fail-on", level] if level else []), "-o", "json")

    answer = json.loads(result.out)
    assert (result.code, answer["ok"], answer["summary"]["risk"]) == (code, code == 0, "high")


def test_a_smaller_risk_does_not_fail_on_a_greater_one(tiktoktoe: Run) -> None:
    """One more replica is of low risk."""
    write("old.yaml", OLD)
    configure(OLD | {"db": {"version": "1.4.0", "replicas": 2}})

    assert tiktoktoe("graph", "diff", "old.yaml", "--fail-on", "medium").code == 0
    assert tiktoktoe("graph", "diff", "old.yaml", "--fail-on", "low").code == 1


def test_a_comment_for_a_merge_request(tiktoktoe: Run) -> None:
    """In Markdown, the reasons stand above the table of the changes; the report is the same as the answer."""
    write("old.yaml", OLD)
    configure(NEW)

    result = tiktoktoe("graph", "diff", "old.yaml", "-o", "markdown", "--report", "markdown=comment.md")

    lines = result.out.splitlines()
    assert lines[0].startswith("### ! graph diff: risk high: ")
    assert lines[2] == "- **high**: \\`db\\` goes from 1.4.0 to 2.0.0, and 1 service needs it: \\`web\\`"
    assert "| ~ changed | high | service | db | version 1.4.0 → 2.0.0 |" in lines
    assert "| \N{MINUS SIGN} removed | medium | service | ads | version 0.3.1; replicas 1 |" in lines
    assert Path("comment.md").read_text() == result.out


@pytest.mark.parametrize(("options", "tag"), [(("--fail-on", "high"), "failure"), ((), "system-out")])
def test_a_test_report_tells_the_reasons(tiktoktoe: Run, options: tuple[str, ...], tag: str) -> None:
    """Whether it failed or not: below the verdict, the worst first."""
    write("old.yaml", OLD)
    configure(NEW)

    tiktoktoe("graph", "diff", "old.yaml", *options, "--report", "junit=x.xml")

    (case,) = ET.parse("x.xml").iter("testcase")
    assert [inner.tag for inner in case] == [tag]
    verdict, *reasons = (case[0].text or "").splitlines()
    assert verdict.startswith("risk high: 1 service removed, ")
    assert reasons == [
        "high: `db` goes from 1.4.0 to 2.0.0, and 1 service needs it: `web`",
        "medium: `ads` is removed",
    ]


def test_a_revision_is_compared_with_what_is_there_now(tiktoktoe: Run, repository: Repository) -> None:
    """One revision is the old system; the new one is the configuration as it is, committed or not."""
    configure(OLD)
    repository.commit("v1")
    configure(NEW)

    answer = json.loads(tiktoktoe("graph", "diff", "v1", "-o", "json").out)

    assert (answer["summary"]["old"], answer["summary"]["new"]) == ("v1", ".")
    assert ("changed", "service", "db") in changes(answer)


def test_two_revisions_are_compared(tiktoktoe: Run, repository: Repository) -> None:
    """What is there now does not matter, be it broken."""
    configure(OLD)
    repository.commit()
    configure(NEW)
    repository.commit()
    Path("tiktoktoe.yaml").write_text("services: [")

    there = json.loads(tiktoktoe("graph", "diff", "HEAD~1", "main", "-o", "json").out)
    same = tiktoktoe("graph", "diff", "HEAD", "main")

    assert ("removed", "service", "ads") in changes(there)
    assert same.out == ""


def test_included_files_are_of_the_revision_too(tiktoktoe: Run, repository: Repository) -> None:
    """A configuration in a folder below is read with all that it includes, above and below itself."""
    Path("ops/parts").mkdir(parents=True)
    Path("ops/tiktoktoe.yaml").write_text(
        "version: 1\ninclude: [parts/*.yaml, ../shared.yml]\nservices: {a: {}}\n"
    )
    Path("ops/parts/b.yaml").write_text("services: {b: {version: 1.0.0}}\n")
    Path("shared.yml").write_text("services: {c: {}}\n")
    repository.commit("v1")
    Path("ops/parts/b.yaml").write_text("services: {b: {version: 1.1.0}}\n")
    Path("shared.yml").write_text("services: {d: {}}\n")

    answer = json.loads(tiktoktoe("graph", "diff", "v1", "-c", "ops/tiktoktoe.yaml", "-o", "json").out)

    assert changes(answer) == [
        ("changed", "service", "b"),
        ("removed", "service", "c"),
        ("added", "service", "d"),
    ]


def test_the_repository_is_only_read(tiktoktoe: Run, repository: Repository) -> None:
    """Neither the work tree nor the index changes, none of the hooks runs, and nothing is left behind."""
    configure(OLD)
    repository.commit("v1")
    configure(NEW)
    Path("staged.txt").write_text("staged")
    repository.git("add", "staged.txt")
    hook = Path(".git/hooks/post-checkout")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\ntouch hooked\n")
    hook.chmod(0o755)
    before = repository.git("status", "--porcelain"), _files(Path(".git"))

    assert tiktoktoe("graph", "diff", "v1").code == 0

    assert (repository.git("status", "--porcelain"), _files(Path(".git"))) == before
    assert not Path("hooked").exists()


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_variables_of_a_hook_do_not_mislead(
    tiktoktoe: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a hook, git speaks of its repository in variables that are relative to another folder."""
    Path("ops").mkdir()
    configure(OLD, Path("ops"))
    repository.commit("v1")
    monkeypatch.chdir("ops")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")

    result = tiktoktoe("graph", "diff", "v1")

    assert (result.code, result.out) == (0, "")


def test_a_revision_is_named_where_something_is_wrong(tiktoktoe: Run, repository: Repository) -> None:
    """A broken configuration of a revision is shown with its frame, under the name that git has for it."""
    Path("tiktoktoe.yaml").write_text("version: 1\nservices: {db: {replicas: many}}\n")
    repository.commit("broken")
    configure(OLD)

    result = tiktoktoe("graph", "diff", "broken")

    assert (result.code, result.out) == (2, "")
    assert " --> broken:tiktoktoe.yaml:2:" in result.err
    assert "replicas: many" in result.err


def test_what_is_outside_of_the_repository_is_in_no_revision(tiktoktoe: Run, tmp_path: Path) -> None:
    """It is named as seen from the revision, the same every time, and what happens to be there is not read."""
    repository = Repository.at(tmp_path / "inner")
    Path("shared.yaml").write_text("services: {c: {}}\n")
    (tmp_path / "inner" / "tiktoktoe.yaml").write_text(
        "version: 1\ninclude: [../shared.yaml]\nservices: {a: {}}\n"
    )
    repository.commit("v1")

    result = tiktoktoe("graph", "diff", "v1", "-c", "inner/tiktoktoe.yaml")

    assert (result.code, result.out) == (2, "")
    assert (
        "cannot read `v1:../shared.yaml`: no such file or directory\n --> v1:tiktoktoe.yaml:2:11\n"
        in result.err
    )
    assert "help: a revision has only the files of its repository" in result.err


def test_findings_stand_where_they_are_in_the_revision(tiktoktoe: Run, repository: Repository) -> None:
    """The place of a finding that is gone is one of the revision."""
    configure({"web": {"depends_on": {"ghost": {}}}})
    repository.commit("v1")
    configure({"web": {}})

    answer = json.loads(tiktoktoe("graph", "diff", "v1", "-o", "json").out)

    places = {
        item["file"] for item in answer["items"] if item["what"] == "finding" and item["change"] == "removed"
    }
    assert places == {"v1:tiktoktoe.yaml"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere"], "there is neither a file nor a git revision `nowhere`"),
        (["--", "--all"], "there is neither a file nor a git revision `--all`"),
        (["HEAD", "-c", "later.yaml"], "`HEAD` has no file `later.yaml`"),
        (["HEAD", "-c", "tiktoktoe.yaml", "-c", "/dev/null"], "is not in the repository"),
        (["HEAD", "--fail-on", "hihg"], "did you mean `high`?"),
    ],
)
def test_what_git_does_not_have_is_refused(
    tiktoktoe: Run, repository: Repository, words: list[str], message: str
) -> None:
    """A revision, a file or a risk that there is not is asked wrongly."""
    configure(OLD)
    repository.commit()
    write("later.yaml", OLD)

    result = tiktoktoe("graph", "diff", *words)

    assert (result.code, result.out) == (2, "")
    assert message in result.err


@pytest.mark.parametrize("words", [("",), ("", "."), (".", "")])
def test_an_empty_name_is_refused(tiktoktoe: Run, words: tuple[str, ...]) -> None:
    """A variable of a pipeline that is not set compares nothing: that is no yes."""
    configure(OLD)

    result = tiktoktoe("graph", "diff", *words)

    assert (result.code, result.out) == (2, "")
    assert "an empty name is neither a configuration nor a git revision" in result.err
    assert "help: name a file, its folder, or a git revision such as `main`" in result.err


def test_a_name_that_git_has_too_is_the_file(tiktoktoe: Run, repository: Repository) -> None:
    """It is said which of the two was taken, in every form, and how each of them is named alone."""
    configure(OLD)
    repository.commit("next")
    Path("next").mkdir()
    configure(NEW, Path("next"))

    both = tiktoktoe("graph", "diff", ".", "next", "-o", "json")
    drawn = [tiktoktoe("graph", "diff", ".", "next", *form) for form in ((), ("-o", "markdown"))]
    file = tiktoktoe("graph", "diff", ".", "./next", "-o", "json")
    revision = tiktoktoe("graph", "diff", "next~0", ".", "-o", "json")

    told = "`next` is taken as `next/tiktoktoe.yaml`, but is a git revision, too: `next~0` names that, `./next` this"
    answers = [json.loads(result.out) for result in (both, file, revision)]
    assert [answer["summary"]["advice"] for answer in answers] == [[told], [], []]
    assert answers[0]["items"] == answers[1]["items"]
    assert answers[2]["items"] == []
    assert told in " ".join(drawn[0].err.split())
    assert f"- {told}" in drawn[1].out.replace("\\", "")


def test_there_is_no_repository(tiktoktoe: Run, repository: Repository) -> None:
    """Outside of a repository, only files can be compared; what git says stands below."""
    shutil.rmtree(repository.folder / ".git")
    configure(OLD)

    result = tiktoktoe("graph", "diff", "main")

    assert result.code == 2
    assert "is in no git repository" in result.err
    assert "git says: fatal: not a git repository" in result.err


def test_there_is_no_git(tiktoktoe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the program, that is what is said."""
    configure(OLD)
    monkeypatch.setenv("PATH", str(Path.cwd()))

    result = tiktoktoe("graph", "diff", "main")

    assert result.code == 2
    assert "`main` is no file, and without `git` on the PATH no revision can be read" in result.err
    assert "sh -c" not in result.err


def test_secrets_of_both_are_hidden(tiktoktoe: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only one of them calls a secret is shown of neither."""
    monkeypatch.setenv("OLD_TOKEN", "hush-old")
    monkeypatch.setenv("NEW_TOKEN", "hush-new")
    for name in ("old", "new"):
        start = {"run": ["serve"], "env": {"TOKEN": f"${{{name.upper()}_TOKEN}}"}}
        service = {"group": f"hush-{name}", "actions": {"start": start}}
        write(f"{name}.yaml", {"web": service})

    result = tiktoktoe("graph", "diff", "old.yaml", "new.yaml", "-o", "json")

    assert "hush" not in result.out
    assert "••••" in result.out


def test_tab_knows_revisions_and_files(repository: Repository) -> None:
    """What can be compared completes: branches, also with slashes, tags, folders and YAML files."""
    configure(OLD)
    Path("feature.txt").touch()
    Path("features").mkdir()
    repository.commit("features-1.2")
    repository.git("branch", "feature/one")

    assert sorted(completed("feat")) == ["feature/one", "features", "features-1.2"]
    assert completed("feature/o") == ["feature/one"]
    assert completed("tik") == ["tiktoktoe.yaml"]


def test_tab_is_silent_where_nothing_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without git, or outside of a repository, only files complete."""
    configure(OLD)
    assert completed(f"{tmp_path}/") == [f"{tmp_path}/tiktoktoe.yaml"]

    monkeypatch.setenv("PATH", str(tmp_path))
    assert completed("") == ["tiktoktoe.yaml"]


def test_tab_passes_over_what_may_not_be_entered(closed: Path) -> None:
    """Names that may be listed, but not looked at, are no failure."""
    closed.chmod(0o700)
    (closed / "below").mkdir()
    closed.chmod(0o400)

    assert completed(f"{closed}/") == []


def completed(incomplete: str) -> list[str]:
    """Press TAB behind the first letters of what is to be compared."""
    command = load_command("graph").commands["diff"]
    (old,) = (one for one in command.params if one.name == "old")
    return [item.value for item in old.shell_complete(command.make_context("diff", ["x"]), incomplete)]


def test_capacity_and_checks_are_compared(tiktoktoe: Run) -> None:
    """Nodes, the reserve, health checks, the fit and the start time are rows with their risk, in every form."""
    check: dict[str, Any] = {"name": "up", "tcp": {"address": "db:5432"}}
    amounts = {"requests": {"cpu": 2, "memory": "1Gi"}}
    db: dict[str, Any] = {"replicas": 2, "start_time": "5s", "resources": amounts, "health": [check]}
    node = {"name": "small", "count": 2, "cpu": 3, "memory": "4Gi"}
    old = {"version": 1, "services": {"db": db}, "capacity": {"nodes": [node], "reserve": "10%"}}
    moved = check | {"tcp": {"address": "db:5433"}}
    new = {
        "version": 1,
        "services": {"db": db | {"start_time": "8s", "health": [moved]}},
        "capacity": {"nodes": [node | {"count": 1}]},
    }
    Path("old.yaml").write_text(json.dumps(old))
    Path("new.yaml").write_text(json.dumps(new))

    text = tiktoktoe("graph", "diff", "old.yaml", "new.yaml")
    markdown = tiktoktoe("graph", "diff", "old.yaml", "new.yaml", "-o", "markdown").out
    answer = json.loads(tiktoktoe("graph", "diff", "old.yaml", "new.yaml", "-o", "json").out)

    assert text.out.startswith(
        "services\n"
        "  ~ db  low  start_time 5s → 8s\n"
        "health checks\n"
        "  ~ db: up  low  asks tcp db:5432 → tcp db:5433\n"
        "nodes\n"
        "  ~ small  medium  count 2 → 1\n"
        "reserve\n"
        "  \N{MINUS SIGN} every node  medium  cpu 0.1; memory 0.1\n"
        "fit\n"
        "  ~ all replicas  high  verdict fits → does not fit\n"
        "start time\n"
        "  ~ everything  low  time 5s → 8s\n"
        "findings\n"
    )
    assert "| ~ changed | medium | node | small | count 2 → 1 |" in markdown.splitlines()
    assert answer["summary"]["predicted"] == {
        "before": {"fit": "fits", "start_time_s": 5.0, "chain": ["db"]},
        "after": {"fit": "does_not_fit", "start_time_s": 8.0, "chain": ["db"]},
    }
    (row,) = (item for item in answer["items"] if item["what"] == "node")
    assert (row["risk"], row["alterations"]) == ("medium", [{"name": "count", "before": "2", "after": "1"}])
