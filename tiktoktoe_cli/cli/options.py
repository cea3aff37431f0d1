"""The options that every command understands, before or after its name, and the decorator that adds them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, replace
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_type_hints

import typer

from tiktoktoe_cli.cli.completion import group_names, tag_names, words
from tiktoktoe_cli.errors import Severity, TiktoktoeError
from tiktoktoe_cli.report.capabilities import ColorChoice, ProgressChoice
from tiktoktoe_cli.report.catalog import Forms, forms_with

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from enum import StrEnum

    from typer.core import TyperCommand

    from tiktoktoe_cli.report.catalog import OutputFormat, ReportKind


@dataclass(frozen=True, slots=True)
class Common:
    """What was given of the common options; None is "not given"."""

    config: list[str] | None = None
    output: str | None = None
    report: list[str] | None = None
    quiet: bool | None = None
    verbose: int | None = None
    color: str | None = None
    progress: str | None = None
    debug: bool | None = None

    def over(self, earlier: Common | None) -> Common:
        """Let what was given here win over what was given earlier on the command line."""
        if earlier is None:
            return self
        given = {name.name: getattr(self, name.name) for name in fields(self) if getattr(self, name.name)}
        return replace(earlier, **given)


_FIRST = {"Desk": object, "Common": Common}  # the first argument is ours: typer never sees it


def words_of(choices: Iterable[StrEnum]) -> str:
    """Write the words of a closed set for a help text."""
    *others, last = choices
    return f"{', '.join(others)} or {last}"


def _output_option(formats: tuple[OutputFormat, ...]) -> Any:  # an annotation for typer
    return Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FORMAT",
            help=f"The answer as {words_of(formats)}. Default: table.",
            autocompletion=words(*formats),
        ),
    ]


def _report_option(kinds: tuple[ReportKind, ...]) -> Any:  # as above
    return Annotated[
        list[str] | None,
        typer.Option(
            "--report",
            metavar="KIND=FILE",
            help=f"Also write a file: {words_of(kinds)}; repeatable, - for stdout.",
            autocompletion=words(*(f"{kind}=" for kind in kinds)),
        ),
    ]


_ALL_FORMS = Forms()  # before a command's name all are understood: who knows what follows
_OPTIONS: dict[str, Any] = {
    "config": Annotated[
        list[str] | None,
        typer.Option(
            "-c",
            "--config",
            metavar="FILE",
            help="Configuration; repeat to merge several, - for stdin. Default: tiktoktoe.yaml here or above.",
        ),
    ],
    "output": _output_option(_ALL_FORMS.outputs),
    "report": _report_option(_ALL_FORMS.reports),
    "quiet": Annotated[bool | None, typer.Option("-q", "--quiet", help="Print nothing but the answer.")],
    "verbose": Annotated[
        int | None, typer.Option("-v", "--verbose", count=True, help="Say more; -vv says all.")
    ],
    "color": Annotated[
        str | None,
        typer.Option(
            "--color",
            metavar="WHEN",
            help=f"Use colours: {words_of(ColorChoice)}. Default: auto.",
            autocompletion=words(*ColorChoice),
        ),
    ],
    "progress": Annotated[
        str | None,
        typer.Option(
            "--progress",
            metavar="HOW",
            help=f"Tell of progress on standard error: {words_of(ProgressChoice)}. Default: auto.",
            autocompletion=words(*ProgressChoice),
        ),
    ],
    "debug": Annotated[
        bool | None, typer.Option("--debug", help="Show the traceback of an unexpected error.")
    ],
}


FailOn: TypeAlias = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="LEVEL",
        help=f"From which severity on the answer is no (1): {words_of(Severity)}.",
        autocompletion=words(*Severity),
    ),
]
"""The option of the commands that find problems."""
Tags: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--tag",
        metavar="TAG",
        help="Only services with this tag; repeatable, one of them is enough.",
        autocompletion=tag_names,
    ),
]
Groups: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--group",
        metavar="GROUP",
        help="Only services of this group; repeatable.",
        autocompletion=group_names,
    ),
]
"""With `Tags`, the options of the commands that are about some of the services."""


def with_common_options(function: Callable[..., Any], forms: Forms = _ALL_FORMS) -> Callable[..., Any]:
    """Give a command the common options; it receives them as its first argument, a `Common`.

    What was given before the command's name is in the context and is overridden by what was given after it. `forms`
    are those that it can answer in.
    """
    hints = get_type_hints(function, localns=_FIRST, include_extras=True)
    own = [
        parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    ]
    keyword = inspect.Parameter.KEYWORD_ONLY
    context = inspect.Parameter("ctx", keyword, annotation=typer.Context)
    options = {
        **_OPTIONS,
        "output": _output_option(forms.outputs),
        "report": _report_option(forms.reports),
    }
    common = [
        inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in options.items()
    ]

    def command(ctx: typer.Context, **given: Any) -> Any:  # typer passes what the signature below declares
        ctx.obj = Common(**{name: given.pop(name) for name in _OPTIONS}).over(ctx.obj)
        return function(ctx.obj, **given)

    command.__name__ = function.__name__
    command.__doc__ = function.__doc__
    parameters = [context, *own, *common]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by typer
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def at_the_desk(function: Callable[..., Any], name: str, forms: Forms) -> Callable[..., Any]:
    """Let a command work at a desk: what it cannot answer leaves through the desk, too, in the form asked for."""

    @wraps(function)
    def command(common: Common, **given: Any) -> Any:  # as in with_common_options
        from tiktoktoe_cli.cli.desk import Desk

        desk = Desk.open(common, forms)
        try:
            return function(desk, **given)
        except TiktoktoeError as error:
            return desk.fail(error, name)

    return command


def add_command(  # noqa: PLR0913  # they are what a command says of itself
    app: typer.Typer,
    name: str,
    *,
    examples: tuple[str, ...],
    outputs: Collection[OutputFormat] = (),
    reports: Collection[ReportKind] = (),
    cls: type[TyperCommand] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a command with the common options and its examples, which the tests execute.

    `outputs` and `reports` are the forms of `-o` and `--report` that it has beyond those that every command has;
    `cls` reads the command line where it is a special one.
    """
    forms = forms_with(outputs, reports)
    epilog = "\b\nExamples:\n" + "\n".join(f"  $ {example}" for example in examples)

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        group = app.info.name or ""
        summary = (function.__doc__ or "").partition("\n")[0]  # python -OO leaves out docstrings
        app.command(name, cls=cls, short_help=summary, epilog=epilog)(
            with_common_options(at_the_desk(function, f"{group} {name}".strip(), forms), forms)
        )
        return function

    return register
