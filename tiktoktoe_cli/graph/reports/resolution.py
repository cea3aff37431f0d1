"""The versions that `graph resolve` chose as a report, or why there is no choice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from textwrap import wrap
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import Problem
from tiktoktoe_cli.graph.resolution import Move
from tiktoktoe_cli.graph.resolution.recipe import edit_place, edit_words, edits_of_all
from tiktoktoe_cli.graph.rules.rule import located
from tiktoktoe_cli.graph.rules.versions import CLASH
from tiktoktoe_cli.report import OutputFormat
from tiktoktoe_cli.report.facts import Case, CaseOutcome, Column, Json, Report
from tiktoktoe_cli.report.text import many_lines
from tiktoktoe_cli.words import plural, quoted

if TYPE_CHECKING:
    from tiktoktoe_cli.graph.model import Graph
    from tiktoktoe_cli.graph.resolution import Choice, Contradiction, Resolution
    from tiktoktoe_cli.graph.resolution.fixes import Fix
    from tiktoktoe_cli.graph.resolution.question import Need
    from tiktoktoe_cli.graph.resolution.recipe import Edit
    from tiktoktoe_cli.report.facts import Drawing
    from tiktoktoe_cli.report.view import View

_MOST_ASKING = 3
_STILL = {Move.KEEP, Move.NONE}
_INDENT = "  "
_NO_FIX = "no single range or new version ends it, nor do two ranges: more has to change"
_NOT_TRIED = "what would help was not found out: the search gave up"
_COLUMNS = (
    Column("name", "SERVICE"),
    Column("deployed", "DEPLOYED"),
    Column("chosen", "CHOSEN"),
    Column("change", "CHANGE"),
    Column("why", "WHY"),
    Column("place", "PLACE", wide=True),
)


def report_of(facts: Resolution, *, check: bool = False, everything: bool = False) -> Report:
    """Turn choices or contradictions into a report: one item a service, those that change first.

    It is not ok if there are contradictions, nor, with `check`, if a service has to change. Persons see only what
    changes, unless they ask for `everything`.
    """
    problems = tuple(_problem(one, facts.graph) for one in facts.contradictions)
    advice = _advice_of(facts)
    report = Report(
        command="graph resolve",
        ok=not problems and not (check and facts.changes),
        verdict=_verdict(facts),
        summary={
            "services": len(facts.graph.services),
            "moves": {move.value: count for move, count in _moves(facts).items()},
            "is_best": facts.is_best,
            "conflicts": [_conflict(one, facts.graph) for one in facts.contradictions],
            "advice": advice,
        },
        items=[_item(one, facts.graph) for one in sorted(facts.choices, key=lambda one: not one.changes)],
        columns=_COLUMNS,
        problems=problems,
        rules={CLASH.id: CLASH.text},
        cases=_cases(facts, check=check),
        advice=advice,
        next_steps=(f"tiktoktoe config explain {CLASH.id}",) if problems else (),
    )
    return replace(report, drawings=_drawings(facts, report, everything=everything))


def _drawings(facts: Resolution, report: Report, *, everything: bool) -> dict[str, Drawing]:
    """Draw for persons what they asked to see; the whole report is for machines."""
    items = [item for item in report.items if everything or item["change"] not in _STILL]
    shown = replace(report, items=items)

    def markdown(view: View) -> str:
        from tiktoktoe_cli.report.markdown import draw_markdown, escaped

        return draw_markdown(shown, view, "\n".join(f"- {escaped(one, view.mask)}" for one in report.advice))

    def table(form: OutputFormat) -> Drawing:
        return lambda view: form.load()(shown, view) + (draw_explanations(facts, view) or "")

    tables = {form.value: table(form) for form in (OutputFormat.TABLE, OutputFormat.WIDE)}
    return {**tables, "name": lambda view: OutputFormat.NAME.load()(shown, view), "markdown": markdown}


def draw_explanations(facts: Resolution, view: View) -> str | None:
    """Draw how each contradiction comes about, step by step; None if all of them are plain to see."""
    told = [one for one in facts.contradictions if one.explanation]
    blocks = [
        "\n".join([f"how it comes to this, {quoted(one.conflict.needs[0].target)}:", *_steps(one, view)])
        for one in told
    ]
    return "\n\n".join(blocks) + "\n" if blocks else None


def _steps(told: Contradiction, view: View) -> list[str]:
    lines = [many_lines(view.mask(line)).replace("\n", " ") for line in told.explanation]
    if not view.terminal:
        return [f"{_INDENT}{line}".rstrip() for line in lines]
    width = max(view.width - len(_INDENT), 20)
    broken = [wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""] for line in lines]
    return [f"{_INDENT}{part}".rstrip() for parts in broken for part in parts]


def _verdict(facts: Resolution) -> str:
    services = plural(len(facts.graph.services), "service")
    if facts.contradictions:
        return f"{services}: {plural(len(facts.contradictions), 'conflict')}, no choice of versions fits together"
    doubt = "" if facts.is_best else "; not proved to be the best choice: the search for a better one gave up"
    if not facts.changes:
        return f"{services}: what is deployed fits together{doubt}"
    moves = ", ".join(f"{count} to {move}" for move, count in _moves(facts).items() if move not in _STILL)
    still = len(facts.graph.services) - len(facts.changes)
    rest = f"; {still} {'stays' if still == 1 else 'stay'}" if still else ""
    return f"{services} fit together with {plural(len(facts.changes), 'change')}: {moves}{rest}{doubt}"


def _moves(facts: Resolution) -> Counter[Move]:
    counts = Counter(choice.move for choice in facts.choices)
    return Counter({move: counts[move] for move in Move if counts[move]})


def _item(choice: Choice, graph: Graph) -> dict[str, Json]:
    place = graph.value_place("services", choice.service, "version") if choice.deployed else None
    return {
        "name": choice.service,
        "deployed": choice.deployed,
        "chosen": choice.chosen,
        "change": choice.move.value,
        "why": _why(choice),
        "reasons": choice.reasons,
        "asked_by": [{"name": name, "version": text} for name, text in choice.asked_by],
        "place": str(place) if place else None,
        "edits": [_edit(edit, graph) for edit in edits_of_all([choice], graph)],
    }


def _edit(edit: Edit, graph: Graph) -> dict[str, Json]:
    place = edit_place(edit, graph)
    return {
        "path": edit.path,
        "value": edit.value,
        "is_new": edit.is_new,
        "place": str(place) if place else None,
    }


def _why(choice: Choice) -> str | None:
    """Say in a few words who asked for the version."""
    asked = [f"{name} needs {text}" for name, text in choice.asked_by]
    told = list(choice.reasons or asked)
    more = [f"{len(told) - _MOST_ASKING} more"] if len(told) > _MOST_ASKING else []
    return ", ".join([*told[:_MOST_ASKING], *more]) or None


def _problem(told: Contradiction, graph: Graph) -> Problem:
    needs = (*told.conflict.needs, *told.opposed)
    places = [(_short(need), graph.value_place(*path)) for need in needs for path in need.paths]
    return Problem(
        CLASH.id,
        told.sentence,
        places[0][1],
        _advice(told),
        CLASH.severity,
        located(*places[1:]),
        tuple(dict.fromkeys(name for need in needs for name in (need.target, need.source))),
    )


def _short(need: Need) -> str:
    within = f" in {quoted(need.range)}" if need.range is not None else ""
    return f"{quoted(need.source)} needs {quoted(need.target)}{within}"


def _advice(told: Contradiction) -> str:
    if not told.fixes:
        return _NO_FIX if told.has_all_fixes else _NOT_TRIED
    if len(told.fixes) == 1:
        return told.fixes[0][1]
    return "\n".join(["any one of these ends the conflict:", *(f"- {words}" for _, words in told.fixes)])


def _conflict(told: Contradiction, graph: Graph) -> dict[str, Json]:
    return {
        "message": told.sentence,
        "is_minimal": told.conflict.is_minimal,
        "needs": [_need(need, graph) for need in told.conflict.needs],
        "opposed": [_need(need, graph) for need in told.opposed],
        "explanation": told.explanation,
        "fixes": [_fix(fix, words, graph) for fix, words in told.fixes],
        "has_all_fixes": told.has_all_fixes,
    }


def _need(need: Need, graph: Graph) -> dict[str, Json]:
    places = [graph.value_place(*path) for path in need.paths]
    return {
        "service": need.source,
        "needs": need.target,
        "version": need.range,
        "places": [str(place) for place in places if place],
    }


def _fix(fix: Fix, words: str, graph: Graph) -> dict[str, Json]:
    changes: list[Json] = [
        {"kind": one.kind.value, "service": one.service, "dependency": one.dependency, "to": one.to}
        for one in fix.changes
    ]
    return {"message": words, "changes": changes, "edits": [_edit(edit, graph) for edit in fix.edits]}


def _cases(facts: Resolution, *, check: bool) -> tuple[Case, ...]:
    """Count every conflict as a failed test, and every service as one: with `check` it fails if it has to change."""
    failed = CaseOutcome.FAILED
    return (
        *(
            Case("graph resolve", quoted(one.conflict.needs[0].target), failed, one.sentence)
            for one in facts.contradictions
        ),
        *(
            Case(
                "graph resolve",
                one.service,
                failed if check and one.changes else CaseOutcome.PASSED,
                f"{one.move} to {one.chosen}: {_why(one)}" if one.changes else "",
            )
            for one in facts.choices
        ),
    )


def _advice_of(facts: Resolution) -> tuple[str, ...]:
    """Say what to write where, and where a conflict may be smaller."""
    lines = [edit_words(edit, facts.graph) for edit in edits_of_all(facts.choices, facts.graph)]
    if not all(one.conflict.is_minimal for one in facts.contradictions):
        lines.append("not all that is named in a conflict may matter: the search for less gave up")
    return tuple(lines)
