"""Bodies on their way into and out of `request send`: from an option or standard input, and into a file."""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tiktoktoe_cli.client.request import check_json, read_body, read_stream
from tiktoktoe_cli.config.reader import STDIN, open_input
from tiktoktoe_cli.errors import Problem, UsageError
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoktoe_cli.cli.send_options import SendOptions
    from tiktoktoe_cli.client import SendFacts


def given_body(options: SendOptions) -> bytes | None:
    """Read the body that an option gives: a text, `@FILE`, or `-` for standard input.

    Raises:
        UsageError: if there are two, or it cannot be read, or `--json` gives what is no JSON.
    """
    given = options.content
    if given is None:
        return None
    if given in {STDIN, f"@{STDIN}"}:
        body = _read_stdin()
    else:
        body = read_body(Path(given[1:])) if given.startswith("@") else given.encode()
    if options.json is not None:
        check_json(body, "`--json`")
    return body


def _read_stdin() -> bytes:
    try:
        with open_input(STDIN) as stream:
            return read_stream(stream, "standard input")
    except OSError as error:
        message = f"cannot read the body: {reason_of(error)}"
        raise UsageError(message, hint="name a file: `@FILE`") from None


class BodyFile:
    """The file that takes the body of the one answer; `open_body_file` makes it."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def write(self, facts: SendFacts) -> tuple[Problem, ...]:
        """Write the body; without an answer an old one does not stay behind. Return what went wrong."""
        content = facts.requests[0].content if facts.requests else None
        try:
            if stat.S_ISREG(os.fstat(self._descriptor).st_mode):
                os.ftruncate(self._descriptor, 0)
            with open(self._descriptor, "wb", closefd=False) as stream:  # it is open already
                stream.write(content.raw if content else b"")
        except OSError as error:
            message = f"cannot write `{self._path}`: {reason_of(error)}"
            return (Problem("body-not-written", message, hint="name another file"),)
        return ()


@contextmanager
def open_body_file(path: Path) -> Iterator[BodyFile]:
    """Open a file for a body before anything is sent; what it holds stays until there is an answer.

    Raises:
        UsageError: if it cannot be opened, or is neither a file nor a device: a pipe may wait for ever.
    """
    hint = "name another file"
    try:
        # not blocking: opening a pipe would wait for a reader
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, 0o666)
    except OSError as error:
        raise UsageError(f"cannot write `{path}`: {reason_of(error)}", hint=hint) from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISCHR(mode)):
            raise UsageError(f"cannot write `{path}`: it is neither a file nor a device", hint=hint)
        yield BodyFile(path, descriptor)
    finally:
        os.close(descriptor)
