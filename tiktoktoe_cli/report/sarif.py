"""SARIF 2.1.0 (OASIS): the problems as GitHub's and other code scanners take them, each at its place.

GitHub takes 25,000 results of a run and shows only the first location of each; other places are related locations, and
the message links to them as `[words](1)`. What is accepted is there as well, marked as suppressed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from tiktoktoe_cli import __version__
from tiktoktoe_cli.errors import Severity
from tiktoktoe_cli.report.fingerprint import fingerprinted
from tiktoktoe_cli.report.text import escape_hidden, many_lines, without_ansi

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tiktoktoe_cli.errors import Place, Problem
    from tiktoktoe_cli.report.facts import Acceptance, Json, Report, RuleText
    from tiktoktoe_cli.report.view import Mask, View

MOST_RESULTS: Final = 25_000
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_LINK: Final = re.compile(r"([\\\[\]])")  # what would begin a link in a message (section 3.11.6)


def draw_sarif(report: Report, view: View) -> str:
    """Write one run: the rules that were broken, and a result for each problem, the worst first if some must go."""
    ranked = sorted(fingerprinted(_all(report)), key=lambda one: list(_LEVELS).index(one[0].severity))
    kept = ranked[:MOST_RESULTS]
    rules = list(dict.fromkeys(problem.code for problem, _ in kept))
    writer = _Writer(
        view.mask, {code: position for position, code in enumerate(rules)}, dict(report.accepted)
    )
    run: dict[str, Json] = {
        "tool": {"driver": writer.driver(report.rules)},
        "automationDetails": {"id": f"tiktoktoe/{report.command.replace(' ', '/')}/"},
        "columnKind": "unicodeCodePoints",
        "results": [writer.result(problem, mark) for problem, mark in kept],
    }
    if len(ranked) > len(kept):
        run["invocations"] = [_left_out(len(ranked) - len(kept))]
    document = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return escape_hidden(json.dumps(document, ensure_ascii=not view.unicode, indent=1)) + "\n"


def _all(report: Report) -> Iterable[Problem]:
    return chain(report.problems, (problem for problem, _ in report.accepted))


def _left_out(count: int) -> dict[str, Json]:
    text = f"{count} more results are left out: scanners take {MOST_RESULTS} of a run"
    notice: Json = {"level": "warning", "message": {"text": text}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [notice]}


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the parts of one run; `positions` are those of the rules in its table."""

    mask: Mask
    positions: Mapping[str, int]
    accepted: Mapping[Problem, Acceptance]

    def driver(self, texts: Mapping[str, RuleText]) -> dict[str, Json]:
        return {
            "name": "tiktoktoe",
            "semanticVersion": __version__,
            "rules": [self._rule(code, texts.get(code)) for code in self.positions],
        }

    def _rule(self, code: str, text: RuleText | None) -> dict[str, Json]:
        if text is None:
            return {"id": code}
        return {
            "id": code,
            "shortDescription": {"text": text.title},
            "fullDescription": {"text": text.meaning},
            "help": {"text": text.fix},
            "defaultConfiguration": {"level": _LEVELS[text.severity]},
            "properties": {"precision": "very-high"},
        }

    def result(self, problem: Problem, fingerprint: str) -> dict[str, Json]:
        found: dict[str, Json] = {
            "ruleId": problem.code,
            "ruleIndex": self.positions[problem.code],
            "level": _LEVELS[problem.severity],
            "message": {"text": self._message(problem)},
            "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        }
        if problem.place:
            found["locations"] = [{"physicalLocation": self._physical(problem.place)}]
        if problem.related:
            found["relatedLocations"] = [
                {
                    "id": number,
                    "physicalLocation": self._physical(place),
                    "message": {"text": self._clean(words)},
                }
                for number, (words, place) in enumerate(problem.related, start=1)
            ]
        if acceptance := self.accepted.get(problem):
            found["suppressions"] = [
                {"kind": acceptance.kind, "justification": self._clean(acceptance.reason)}
            ]
        return found

    def _message(self, problem: Problem) -> str:
        links = [
            f"[{self._unlinked(words)}]({number})"
            for number, (words, _) in enumerate(problem.related, start=1)
        ]
        help_ = [f"help: {self._unlinked(problem.hint)}"] if problem.hint else []
        return "\n".join([self._unlinked(problem.message), *links, *help_])

    def _physical(self, place: Place) -> dict[str, Json]:
        region = {"startLine": place.line, "startColumn": place.column}
        if place.end_column is not None:
            region |= {"endLine": place.line, "endColumn": place.end_column}
        uri = quote(self._clean(place.file).removeprefix("./"), errors="surrogatepass")
        return {"artifactLocation": {"uri": uri}, "region": region}

    def _unlinked(self, text: str) -> str:
        return _LINK.sub(r"\\\1", self._clean(text))

    def _clean(self, text: str) -> str:
        return many_lines(without_ansi(self.mask(text)))
