"""GitLab code quality: the problems as the list that a merge request shows beside the changed lines.

The format is the part of Code Climate's that GitLab documents: every entry has a path, and a fingerprint of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.report.fingerprint import fingerprinted
from tiktoktoe_cli.report.text import escape_hidden, without_ansi

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.report.facts import Json, Report
    from tiktoktoe_cli.report.view import Mask, View

_SEVERITIES: Final = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}
_NOWHERE: Final = "."  # the whole project


def draw_gitlab(report: Report, view: View) -> str:
    """Write one entry for each problem; those that are accepted are left out."""
    entries = [_entry(problem, mark, view.mask) for problem, mark in fingerprinted(report.problems)]
    return escape_hidden(json.dumps(entries, ensure_ascii=not view.unicode, indent=2)) + "\n"


def _entry(problem: Problem, fingerprint: str, mask: Mask) -> dict[str, Json]:
    words = problem.message + (f" ({problem.hint})" if problem.hint else "")
    place = problem.place
    return {
        "description": without_ansi(mask(words)),
        "check_name": problem.code,
        "fingerprint": fingerprint,
        "severity": _SEVERITIES[problem.severity],
        "location": {
            "path": without_ansi(mask(place.file)) if place else _NOWHERE,
            "lines": {"begin": place.line if place else 1},
        },
    }
