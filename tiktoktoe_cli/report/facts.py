"""What a command found out, in one shape that every output format can draw from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from tiktoktoe_cli.errors import Place, Problem, Severity
    from tiktoktoe_cli.report.view import View

Drawing: TypeAlias = "Callable[[View], str]"
"""Draws what a feature knows in a form of its own; the text ends with a newline."""

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None


class CaseOutcome(StrEnum):
    """How one checked thing ended."""

    PASSED = "passed"
    FAILED = "failed"  # the answer is no
    ERROR = "error"  # the answer could not be found out
    SKIPPED = "skipped"


class Shows(StrEnum):
    """What the values of a column mean, and so how a person wants to read them.

    Items keep the raw number (`latency_ms: 1234.5`), tables show `1.23s`: machines and persons read one fact.
    """

    TEXT = "text"
    STATE = "state"  # a word such as `healthy`: with a symbol and a colour on a terminal
    NUMBER = "number"
    MILLISECONDS = "milliseconds"
    SECONDS = "seconds"
    RATIO = "ratio"  # 0.995 is shown as 99.5%
    BYTES = "bytes"  # 1572864 is shown as 1.5Mi
    TREND = "trend"  # a list of numbers, oldest first, is shown as bars if there are two; null is a gap


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: where its values are, and how they are shown.

    `key` names the value in an item, with dots to reach inside (`timing.total_ms`); `title` is upper case and
    has no spaces; a `wide` column is shown only with `-o wide`.
    """

    key: str
    title: str
    wide: bool = False
    shows: Shows = Shows.TEXT


@dataclass(frozen=True, slots=True)
class Case:
    """One checked thing, as test reports count them; `group` is the service, pipeline or file around it."""

    group: str
    name: str
    outcome: CaseOutcome
    message: str = ""
    duration_s: float = 0.0
    place: Place | None = None

    def renamed(self, named: Callable[[str], str]) -> Case:
        """Return the case with its file named otherwise."""
        return replace(self, place=self.place and self.place.renamed(named))


class MetricKind(StrEnum):
    """The OpenMetrics types that this project uses."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Sample:
    """One measured value of a metric.

    `suffix` is needed only where a metric has several kinds of samples: `_bucket` (with a label `le`), `_sum`
    and `_count` of a histogram. The `_total` of a counter and the `_info` of an info are added by the format.
    """

    value: float
    labels: tuple[tuple[str, str], ...] = ()
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A family of samples; `name` includes the unit (`probe_duration_seconds`) but not `_total`."""

    name: str
    kind: MetricKind
    help: str
    unit: str = ""
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleText:
    """What the code of a problem means, for the tools that show it beside the problem."""

    title: str
    meaning: str
    fix: str
    severity: Severity


class AcceptanceKind(StrEnum):
    """Where it is written that a problem does not count, in SARIF's words (3.35.2)."""

    IN_SOURCE = "inSource"  # beside what it is about, with a reason
    EXTERNAL = "external"  # in a list of those that were there before


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Why a problem does not count."""

    kind: AcceptanceKind
    reason: str


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer of one command.

    `command` is what the user typed without options (`graph validate`). `verdict` is the one line that a
    person reads last (`8 services healthy in 1.2 s`); `remarks` say more to persons, a line each, and `next_steps` are
    commands for them to type next. `advice` says what to do, a line each: that is told in a log, too.
    `items` are the rows, under keys that are an interface; `columns` picks what a table shows of them;
    `accepted` are problems that do not count, each with the reason; `rules` explains the codes of problems.
    With `tells_problems`, the items tell the problems already, and more: a stream of lines does not tell them twice.
    `is_found_out` is False if the question had no answer, and the problems say why.
    With `has_doubts`, a yes is not a plain one, and looks like a warning.
    `name_key` is where `-o name` finds an item's name; `started_at` knows its time zone. `drawings` holds, by the
    kind of `--report`, what the feature draws itself.
    """

    command: str
    ok: bool
    verdict: str
    summary: Mapping[str, Json] = field(default_factory=dict)
    items: Sequence[Mapping[str, Json]] = ()
    columns: tuple[Column, ...] = ()
    name_key: str = "name"
    problems: tuple[Problem, ...] = ()
    tells_problems: bool = False
    is_found_out: bool = True
    has_doubts: bool = False
    accepted: tuple[tuple[Problem, Acceptance], ...] = ()
    rules: Mapping[str, RuleText] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()
    metrics: tuple[Metric, ...] = ()
    advice: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    started_at: datetime | None = None
    drawings: Mapping[str, Drawing] = field(default_factory=dict)

    def renamed(self, named: Callable[[str], str]) -> Report:
        """Return the report with the files of its places named otherwise."""
        return replace(
            self,
            problems=tuple(problem.renamed(named) for problem in self.problems),
            accepted=tuple((problem.renamed(named), why) for problem, why in self.accepted),
            cases=tuple(case.renamed(named) for case in self.cases),
        )
