from __future__ import annotations

from typing import TYPE_CHECKING

from tests.importing.compose.applications import Read
from tiktoktoe_cli.importing.compose.variables import HOLE
from tiktoktoe_cli.importing.facts import RemarkKind

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[str, str], str]


def test_reads_what_a_container_is_told(write: Write) -> None:
    """Its files, of which the later wins, then what it says itself; without a value, the application's."""
    write(".env", "PASSED=on\nSECRET_TOKEN=sesame")
    write("a.env", "A=file\nB=file")
    write("b.env", "B=later")
    text = """
services:
  a:
    env_file: [a.env, {path: b.env}]
    environment: [A=own, PASSED, UNKNOWN, "T=${SECRET_TOKEN}", "H=${HOST}:1", "D=$$1"]
"""

    one = Read.of(write("compose.yaml", text))

    assert one.environment("a") == {
        "A": "own",
        "B": "later",
        "PASSED": "on",
        "T": "sesame",
        "H": f"{HOLE}:1",
        "D": "$1",
    }


def test_a_missing_file_is_told_of_if_it_must_be_there(write: Write) -> None:
    """What else the service is told is read."""
    files = "env_file: [nowhere.env, {path: optional.env, required: false}]"

    one = Read.of(write("compose.yaml", f"services: {{a: {{{files}, environment: {{A: 1, B: [x]}}}}}}"))

    assert one.environment("a") == {"A": "1"}
    (told,) = one.said(RemarkKind.IGNORED)
    assert "nowhere.env" in told
