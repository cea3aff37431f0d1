"""What a person sees of an errand: the attempts of one request and its answer, or a line for each of many."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.client.facts import StepKind
from tiktoktoe_cli.client.metrics import layer_data
from tiktoktoe_cli.client.report import COLUMNS, counted, request_item, shown_headers, step_item, timed
from tiktoktoe_cli.config.units import NS_PER_S
from tiktoktoe_cli.report.cells import cell, is_missing
from tiktoktoe_cli.report.facts import Column, Shows
from tiktoktoe_cli.report.fitting import draw_fitting
from tiktoktoe_cli.report.text import many_lines
from tiktoktoe_cli.resilience import BreakerState
from tiktoktoe_cli.resilience.metrics import BreakerMetrics
from tiktoktoe_cli.words import duration, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tiktoktoe_cli.client.facts import Content, Errand, RequestFacts, SendFacts, Step
    from tiktoktoe_cli.report import Json, Mask, Report, View
    from tiktoktoe_cli.resilience.metrics import LayerMetrics, PolicyMetrics

_LONGEST_BODY: Final = 4_000
_DETAIL: Final = Column("detail", "DETAIL")
_TOTAL: Final = Column("timing.total_ms", "TOTAL", shows=Shows.MILLISECONDS)
_PHASES: Final = tuple(one for one in COLUMNS if one.key.startswith("timing.") and one.key != _TOTAL.key)
_ENDS: Final = (
    Column("wait", "WAIT"),
    Column("outcome", "OUTCOME", shows=Shows.STATE),
    Column("reason", "CAUSE"),
    Column("status", "STATUS", shows=Shows.NUMBER),
)
_OF_ONE: Final = (Column("step", "STEP"), *_ENDS, *_PHASES, _TOTAL, _DETAIL)
_OF_MANY: Final = (
    Column("step", "REQUEST"),
    *_ENDS,
    Column("attempts", "ATTEMPTS", shows=Shows.NUMBER),
    _TOTAL,
    _DETAIL,
)
_TO_LEAVE_OUT: Final = ((_DETAIL.key,), (_DETAIL.key, *(one.key for one in _PHASES)))
"""The columns that a terminal which is too narrow does without, less and less: what is left is never shortened."""


def draw_errand(facts: SendFacts, report: Report, view: View, verbosity: int = 0) -> str:
    """Draw the table, then the body of a single answer, then what came of many and where the policies stand.

    A `verbosity` of 1 shows the headers of a single answer too, 2 the attempts of each of many.
    """
    is_one = facts.errand.repeat == 1
    rows = [*(_rows_of_one(facts) if is_one else _rows_of_many(facts, with_attempts=verbosity > 1))]
    parts = (
        _table(rows, _OF_ONE if is_one else _OF_MANY, report, view),
        *(_answer(request, view, with_headers=verbosity > 0) for request in facts.requests),
        "" if is_one else "".join(_sums(facts)),
        "".join(_policies(facts)),
    )
    return "\n".join(part for part in parts if part)


def _table(rows: Sequence[dict[str, Json]], columns: Sequence[Column], report: Report, view: View) -> str:
    """Draw the columns that somebody has something in; where there is no room, details stand under their rows."""
    kept = [column for column in columns if not all(is_missing(row, column) for row in rows)]
    items = [{one.key: _cell(row, one) for one in kept} for row in rows]
    details = [str(row["detail"] or "") for row in rows]
    return draw_fitting(replace(report, items=items, columns=tuple(kept)), view, _TO_LEAVE_OUT, details)


def _cell(row: dict[str, Json], column: Column) -> str:
    return "-" if is_missing(row, column) else cell(row, column)


def _rows_of_one(facts: SendFacts) -> Iterator[dict[str, Json]]:
    for request in facts.requests:
        yield from (_row(facts.errand, request, step) for step in request.steps)


def _rows_of_many(facts: SendFacts, *, with_attempts: bool) -> Iterator[dict[str, Json]]:
    """Show each request, and before it where a breaker changed its state, or all that happened to it."""
    for request in facts.requests:
        for step in request.steps:
            if with_attempts:
                row = _row(facts.errand, request, step)
                yield {**row, "step": f"{request.number} {row['step']}"}
            elif step.kind is StepKind.TRANSITION:
                yield {"step": step.kind.value, "outcome": step.outcome, "detail": step.detail}
        reasons = dict.fromkeys(step.wait_reason for step in request.steps if step.wait_reason)
        yield {
            **request_item(request),
            "step": str(request.number),
            "wait": _waited(request.waited_ns, ", ".join(reasons)),
            "detail": _short(request.detail, facts.errand),
        }


def _row(errand: Errand, request: RequestFacts, step: Step) -> dict[str, Json]:
    return {
        **step_item(request.number, step),
        "step": _label(request, step),
        "wait": _waited(step.wait_ns, step.wait_reason),
        "detail": _short(step.detail, errand),
    }


def _label(request: RequestFacts, step: Step) -> str:
    """Name a step: `attempt 1`, the hedges beside it `attempt 1 hedge` and `attempt 1 hedge 2`."""
    words = [step.kind.value]
    if step.number:
        words.append(str(step.number))
    if step.hedge:
        words.append("hedge" if step.hedge == 1 else f"hedge {step.hedge}")
    if step.request != request.name:
        words.append(f"of {step.request}")
    return " ".join(words)


def _waited(wait_ns: int, reason: str) -> str:
    return f"{duration(wait_ns / NS_PER_S)} {reason}".rstrip() if wait_ns else ""


def _short(detail: str, errand: Errand) -> str:
    """Leave out the name of what was asked, which everybody knows."""
    return detail.removeprefix(f"`{errand.url}` ").removeprefix(f"`{errand.destination}` ")


def _answer(request: RequestFacts, view: View, *, with_headers: bool) -> str:
    headers = "".join(
        f"{name}: {value}\n"
        for name, values in (shown_headers(request).items() if with_headers else ())
        for value in values.splitlines()
    )
    parts = (view.mask(headers), _body(request.content, view.mask) if request.content else "")
    return "\n".join(many_lines(part) for part in parts if part)


def _body(content: Content, mask: Mask) -> str:
    """Show a body, as far as a terminal is the place for it; it is masked whole, since half a secret is one too."""
    whole = plural(len(content.raw), "byte")
    if content.text is None:
        return mask(f"({whole} of {content.content_type or 'unknown type'})\n")
    text = mask(content.text)
    shown = text[:_LONGEST_BODY]
    is_cut = content.is_cut or len(text) > _LONGEST_BODY
    rest = f"\n(cut: {whole} were read; `--output-body FILE` writes them all)" if is_cut else ""
    return f"{shown.rstrip()}{rest}\n" if shown.strip() else ""


def _sums(facts: SendFacts) -> Iterator[str]:
    yield f"{counted(facts)}\n"
    if facts.times:
        yield f"response times of the {len(facts.sent):,} that were sent: {timed(facts.times)}\n"


def _policies(facts: SendFacts) -> Iterator[str]:
    for key, metrics in facts.policies.items():
        yield f"policy `{key.policy}` for {key.destination}: {_calls(metrics)}\n"
        for layer in metrics.layers:
            words = ", ".join(_done(layer))
            if words:
                yield f"  {layer.kind}: {words}\n"


def _calls(metrics: PolicyMetrics) -> str:
    parts = [plural(metrics.calls, "call"), plural(metrics.attempts, "attempt")]
    if metrics.fallbacks:
        parts.append(plural(metrics.fallbacks, "fallback"))
    parts += [f"{cause.value} {count:,}" for cause, count in metrics.failures.items()]
    return ", ".join(parts)


def _done(layer: LayerMetrics) -> Iterator[str]:
    """Say where a breaker stands, and what any other layer has counted."""
    if isinstance(layer.facts, BreakerMetrics):
        yield from _breaker(layer.facts)
    else:
        for name, count in layer_data(layer.facts).items():
            if isinstance(count, int) and count:
                yield f"{name.replace('_', ' ')} {count:,}"


def _breaker(found: BreakerMetrics) -> Iterator[str]:
    lasted_ns = None if found.state is BreakerState.CLOSED else found.in_state_ns
    yield f"{found.state}{'' if lasted_ns is None else f' for {duration(lasted_ns / NS_PER_S)}'}"
    yield f"{found.window.failures} of {plural(found.window.calls, 'call')} in its window failed"
    if found.not_permitted:
        yield f"rejected {found.not_permitted:,}"
