"""The configuration as a git revision has it: its files in a temporary folder, and the names to show them by.

Git is only read: the files are checked out next to an index of their own, so that neither the repository nor the work
tree changes, and none of its hooks runs. Included files are there if their names end like those of YAML or JSON files.
"""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import TiktoktoeError, UnfinishedError, UsageError
from tiktoktoe_cli.processes import Child, Command
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tiktoktoe_cli.errors import Problem

_PATIENCE_S = 60.0
_INCLUDABLE = ("*.yaml", "*.yml", "*.json")
_ANOTHERS = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR")
"""What git sets for its hooks: it speaks of the repository of the hook, not of the one we look for."""
_OUTSIDE = (
    "a revision has only the files of its repository: compare with a configuration that is a file instead"
)


@dataclass(frozen=True, slots=True)
class Checkout:
    """A revision's files: `names` are those of the configuration, to be read while they are there."""

    revision: str
    tree: Path
    names: tuple[str, ...]

    def shown(self, name: str) -> str:
        """Write the name of one of the files as git does: `v1.2:shop/tiktoktoe.yaml`."""
        is_ours = Path(name).is_relative_to(self.tree)
        return f"{self.revision}:{os.path.relpath(name, self.tree)}" if is_ours else name

    def told(self, problem: Problem) -> Problem:
        """Name the files of a problem as git does, in its words, too, and say why those outside are not there."""

        def words(text: str) -> str:
            return re.sub(f"{re.escape(str(self.tree))}/[^`]*", lambda found: self.shown(found[0]), text)

        message = words(problem.message)
        is_outside = f"`{self.revision}:{os.pardir}/" in message
        hint = _OUTSIDE if is_outside else problem.hint and words(problem.hint)
        return replace(problem.renamed(self.shown), message=message, hint=hint)


@contextmanager
def checked_out(revision: str, files: Sequence[str], environ: Mapping[str, str]) -> Iterator[Checkout]:
    """Write the files of a revision into a folder, for as long as it is needed.

    Raises:
        UsageError: if there is no git, no repository, no such revision, or not all of the files are in it.
        UnfinishedError: if git does not answer.
    """
    from tiktoktoe_cli.config.reader import identify

    paths = list(map(identify, files))
    with TemporaryDirectory(prefix="tiktoktoe-") as folder:
        yield asyncio.run(_check_out(revision, paths, Path(folder), environ))


def is_revision(word: str, files: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Tell whether the repository of these files has such a revision; no if git has no answer."""
    try:
        return bool(files) and asyncio.run(_has_commit(word, Path(files[0]), environ))
    except TiktoktoeError:
        return False


def names_like(start: str, environ: Mapping[str, str]) -> list[str]:
    """List branches and tags that begin so, those of the latest commits first; none if git has no answer.

    For a TAB, which must never fail.
    """
    try:
        return list(asyncio.run(_names_like(start, environ)))
    except TiktoktoeError:
        return []


async def _has_commit(revision: str, file: Path, environ: Mapping[str, str]) -> bool:
    with TemporaryDirectory(prefix="tiktoktoe-") as folder:
        return bool(await _Git(file.parent, Path(folder), environ).commit(revision))


async def _names_like(start: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    with TemporaryDirectory(prefix="tiktoktoe-") as folder:
        git = _Git(Path(), Path(folder), environ)
        wanted = ("--count=20", "--sort=-committerdate", "--format=%(refname:short)")
        places = (f"refs/{kind}/{start}*{rest}" for kind in ("heads", "tags") for rest in ("", "/**"))
        found, names = await git.ask("for-each-ref", *wanted, *places)
    return tuple(name for name in names if name.startswith(start)) if found else ()


async def _check_out(
    revision: str, paths: Sequence[Path], folder: Path, environ: Mapping[str, str]
) -> Checkout:
    """Check out the files; as deep below the folder as they are in reality: what `../` leads to is not there."""
    git = _Git(paths[0].parent, folder, environ)
    top = Path(await git.top(revision))
    tree = folder / "tree" / top.relative_to(top.anchor)
    tree.mkdir(parents=True)
    commit = await git.commit(revision)
    inside = [_inside(path, top) for path in paths]
    for path in inside:
        await git.must_have(revision, commit, path)
    for pattern in (*(f":(top,literal){path}" for path in inside), *(f":(top){one}" for one in _INCLUDABLE)):
        await git.write(tree, commit, pattern)
    return Checkout(revision, tree, tuple(str(tree / path) for path in inside))


def _inside(path: Path, top: Path) -> str:
    if not path.is_relative_to(top):
        raise UsageError(f"`{path}` is not in the repository `{top}`", hint="compare with a file instead")
    return path.relative_to(top).as_posix()


@dataclass(frozen=True, slots=True)
class _Git:
    """Git, asked about the repository around `start`; its index goes to `folder`."""

    start: Path
    folder: Path
    environ: Mapping[str, str]

    async def top(self, revision: str) -> str:
        """Return the top folder of the repository."""
        if which("git", path=self.environ.get("PATH")) is None:
            message = f"{quoted(revision)} is no file, and without `git` on the PATH no revision can be read"
            raise UsageError(message, hint="install git, or name two configurations")
        found, lines = await self.ask("rev-parse", "--show-toplevel")
        if not found:
            message = f"{quoted(revision)} is no file, and `{self.start}` is in no git repository"
            raise UsageError(message, hint=f"git says: {lines[0]}" if lines else "name two configurations")
        return lines[0]

    async def commit(self, revision: str) -> str:
        """Return the id of a revision's commit."""
        words = ("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
        found, lines = (False, ()) if revision.startswith("-") else await self.ask(*words)
        if not found:
            hint = "`git log` and `git tag` list revisions; a shallow clone has few: `git fetch --unshallow`"
            raise UsageError(f"there is neither a file nor a git revision {quoted(revision)}", hint=hint)
        return lines[0]

    async def must_have(self, revision: str, commit: str, path: str) -> None:
        """Look whether a file is in a revision."""
        if await self.ask("cat-file", "-t", f"{commit}:{path}") != (True, ("blob",)):
            hint = f"`git log -- {path}` tells when it came; name another configuration with -c"
            raise UsageError(f"{quoted(revision)} has no file `{path}`", hint=hint)

    async def write(self, tree: Path, commit: str, pattern: str) -> None:
        """Write the files of a commit that a pattern names, if there are any, into the tree."""
        apart = (f"--work-tree={tree}", "-c", f"core.hooksPath={os.devnull}")
        await self.ask(*apart, "checkout", "--quiet", commit, "--", pattern)

    async def ask(self, *words: str) -> tuple[bool, tuple[str, ...]]:
        """Return whether git found an answer, and its lines: else what it complains of."""
        kept = {name: value for name, value in self.environ.items() if name not in _ANOTHERS}
        index = str(self.folder / "index")
        environ = {**kept, "GIT_INDEX_FILE": index, "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
        child = await Child.start(Command(("git", *words), self.start, environ))
        try:
            end = await asyncio.wait_for(child.wait(), _PATIENCE_S)
        except TimeoutError:
            raise UnfinishedError(f"git did not answer within {_PATIENCE_S:.0f}s") from None
        finally:
            await child.stop()
        output = child.output
        return end.is_success, (output.stdout if end.is_success else output.stderr).tail.lines
