"""`tiktoktoe config`: check, show, schema, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tiktoktoe_cli.cli.app import make_group
from tiktoktoe_cli.cli.completion import problem_codes
from tiktoktoe_cli.cli.options import FailOn, add_command
from tiktoktoe_cli.errors import ExitCode, Severity

if TYPE_CHECKING:
    from collections.abc import Collection

    from tiktoktoe_cli.cli.desk import Desk
    from tiktoktoe_cli.config.codes import Code
    from tiktoktoe_cli.config.reference import Key
    from tiktoktoe_cli.errors import UsageError
    from tiktoktoe_cli.report import Json, Report
    from tiktoktoe_cli.system import System

app = make_group("config")

_ALL = "codes"
_MORE = "`tiktoktoe config explain services.health` goes on below a key, `... codes` lists what stands in brackets"


@add_command(
    app,
    "check",
    examples=(
        "tiktoktoe config check",
        "tiktoktoe config check -o json",
    ),
)
def check(
    desk: Desk,
    fail_on: FailOn = "error",
) -> ExitCode:
    """Check everything in the configuration and show all problems at once, each at its place.

    The exit code is 2 where the file itself is wrong, 1 where what it says does not fit together.
    """
    from tiktoktoe_cli.checkup import check_everything, report_of
    from tiktoktoe_cli.cli.desk import choose

    level = choose(Severity, fail_on, "--fail-on")
    checkup = check_everything(desk.read(), desk.environ)
    return desk.answer(report_of(checkup, level), None if checkup.is_understood else ExitCode.USAGE)


@add_command(
    app,
    "show",
    examples=(
        "tiktoktoe config show",
        "tiktoktoe config show --origin",
        "tiktoktoe config show -o json",
    ),
)
def show(
    desk: Desk,
    *,
    origin: Annotated[bool, typer.Option("--origin", help="Say where each value comes from.")] = False,
) -> ExitCode:
    """Show the configuration as it was understood: merged, variables replaced, secrets masked."""
    from tiktoktoe_cli.config.view import as_yaml

    system = desk.load()
    return desk.answer(_shown(system), picture=as_yaml(system.document, origin=origin))


@add_command(app, "schema", examples=("tiktoktoe config schema",))
def schema(desk: Desk) -> ExitCode:
    """Print the JSON Schema of the configuration, for editors (yaml-language-server)."""
    import json

    from tiktoktoe_cli.system import json_schema

    desk.terminal.answer(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n")
    return ExitCode.YES


@add_command(
    app,
    "explain",
    examples=(
        "tiktoktoe config explain bad-unit",
        "tiktoktoe config explain TTG101",
        "tiktoktoe config explain services.health.http",
        "tiktoktoe config explain codes",
    ),
)
def explain(
    desk: Desk,
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="[CODE|PATH|codes]",
            help="A code in brackets, or a place such as services.health.http; without it, the sections of the YAML.",
            autocompletion=problem_codes,
        ),
    ] = None,
) -> ExitCode:
    """Explain what a problem's code or a rule of the graph means, or which keys a place of the YAML takes."""
    return explain_code(desk, code)


def explain_code(desk: Desk, code: str | None) -> ExitCode:
    """Answer with what a code means, with all `codes`, or with the keys at a place: the sections, if it is none.

    Raises:
        UsageError: if there is no such code or place.
    """
    from tiktoktoe_cli.explanations import explanations

    if code is None:
        return _describe(desk, [])
    known = explanations()
    if code == _ALL:
        return desk.answer(_explained(list(known.values())))
    chosen = known.get(code) or known.get(code.upper())
    if chosen is None:
        return _describe(desk, _path(code, known))
    return desk.answer(_explained([chosen]), picture=chosen.text())


def _path(words: str, codes: Collection[str]) -> list[str]:
    """Read a place of the YAML; the section may be left out where only one has the key.

    Raises:
        UsageError: if it begins in no section, or might in several.
    """
    from tiktoktoe_cli.config.reference import homes_of, keys_below
    from tiktoktoe_cli.errors import UsageError
    from tiktoktoe_cli.system import ROOT_WORDS, SECTIONS, json_schema
    from tiktoktoe_cli.words import listed, quoted, suggestion

    path, roots, schema = words.split("."), {*ROOT_WORDS, *SECTIONS}, json_schema()
    if path[0] in roots:
        return path
    homes = homes_of(schema, path[0])
    if len(homes) == 1:
        return [*homes, *path]
    if homes:
        hint = f"choose one of {listed((f'{home}.{words}' for home in homes), last='or')}"
        raise UsageError(f"`{words}` is in several sections", hint=hint)
    first = roots.union(key.name for section in SECTIONS for key in keys_below(schema, [section]))
    if path[1:]:
        hint = suggestion(path[0], first) or "`tiktoktoe config explain` lists the sections"
        raise _leads_nowhere(path, path[0], hint)
    hint = suggestion(words, {*codes, *first, _ALL}) or "`tiktoktoe config explain codes` lists them all"
    raise UsageError(f"unknown problem code: {quoted(words)}", hint=hint)


def _describe(desk: Desk, path: list[str]) -> ExitCode:
    """Answer with the keys at a place, and with what expectations may read there."""
    from tiktoktoe_cli.health.reference import variables_at
    from tiktoktoe_cli.report import OutputFormat, render

    keys = _keys_at(path)
    note = _note(path, keys)
    report, more = _described(path, keys, note), note or (variables_at(path) if path else _MORE)
    table = render(report, OutputFormat.TABLE, desk.terminal.answer_view)
    return desk.answer(report, drawing=f"{table}\n{more}\n" if more else table)


def _keys_at(path: list[str]) -> list[Key]:
    """List the keys at a place.

    Raises:
        UsageError: if it leads nowhere.
    """
    from tiktoktoe_cli.config.reference import keys_below
    from tiktoktoe_cli.system import json_schema
    from tiktoktoe_cli.words import suggestion

    schema = json_schema()
    try:
        return keys_below(schema, path)
    except KeyError as error:
        above = path[: path.index(error.args[0])]
        near = suggestion(error.args[0], (key.name for key in keys_below(schema, above)))
        hint = near or f"`tiktoktoe config explain {'.'.join(above)}` lists what there is"
        raise _leads_nowhere(path, error.args[0], hint) from None


def _note(path: list[str], keys: list[Key]) -> str:
    """Say that a last step which resembles a key was read as a name that the user chose; empty if there is none."""
    from tiktoktoe_cli.config.reference import is_own_name
    from tiktoktoe_cli.system import json_schema
    from tiktoktoe_cli.words import quoted, suggestion

    near = suggestion(path[-1], (key.name for key in keys)) if path else None
    if near is None or not is_own_name(json_schema(), path):
        return ""
    return f"{quoted(path[-1])} was read as a name of your own; {near}"


def _leads_nowhere(path: list[str], step: str, hint: str) -> UsageError:
    from tiktoktoe_cli.errors import UsageError
    from tiktoktoe_cli.words import quoted

    return UsageError(f"{quoted('.'.join(path))} leads nowhere: there is no {quoted(step)}", hint=hint)


def _described(path: list[str], keys: list[Key], note: str) -> Report:
    from tiktoktoe_cli.report import Column, Report
    from tiktoktoe_cli.words import plural

    items: list[dict[str, Json]] = [
        {
            "key": key.name,
            "type": key.kind + (", required" if key.is_required else ""),
            "required": key.is_required,
            "default": key.default,
            "meaning": key.meaning,
        }
        for key in keys
    ]
    columns = (
        Column("key", "KEY"),
        Column("type", "TYPE"),
        Column("default", "DEFAULT"),
        Column("meaning", "MEANING"),
    )
    summary: dict[str, Json] = {"path": ".".join(path), "keys": len(items), "note": note or None}
    verdict = plural(len(items), "key") + (f" at `{'.'.join(path)}`" if path else "")
    return Report("config explain", True, verdict, summary, items, columns, name_key="key")


def _shown(system: System) -> Report:
    from tiktoktoe_cli.config.view import as_data, origins
    from tiktoktoe_cli.report import Column, Report
    from tiktoktoe_cli.report.documents import place_data

    columns = (
        Column("path", "PATH"),
        Column("value", "VALUE"),
        Column("file", "FILE"),
        Column("line", "LINE"),
    )
    items = [
        {"path": path, "value": value, **place_data(place)} for path, value, place in origins(system.document)
    ]
    summary = {
        "system": system.name,
        "files": list(system.document.sources),
        "config": as_data(system.document),
    }
    return Report("config show", True, f"{len(items)} values", summary, items, columns, name_key="path")


def _explained(codes: list[Code]) -> Report:
    from tiktoktoe_cli.report import Column, Report
    from tiktoktoe_cli.words import plural

    items = [
        {"code": code.code, "meaning": code.meaning, "wrong": code.wrong, "right": code.right}
        for code in codes
    ]
    columns = (Column("code", "CODE"), Column("meaning", "MEANING"))
    summary = {"codes": len(codes)}
    return Report(
        "config explain", True, plural(len(codes), "code"), summary, items, columns, name_key="code"
    )
