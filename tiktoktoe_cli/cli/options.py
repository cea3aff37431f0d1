"""The options that every command understands, before or after its name, and the decorator that adds them."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from tiktoktoe_cli.cli.completion import words

if TYPE_CHECKING:
    from collections.abc import Callable


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


_OUTPUTS = ("table", "wide", "json", "ndjson", "yaml", "name")
_KINDS = ("junit=", "markdown=", "github=", "openmetrics=", "json=", "ndjson=")


def _option(
    *names: str, help_text: str, **more: Any
) -> Any:  # typer's own parameters, and what it makes of them
    return typer.Option(*names, help=help_text, **more)


def _choice(*names: str, help_text: str, metavar: str, of: tuple[str, ...]) -> Any:  # as _option
    return typer.Option(*names, help=help_text, metavar=metavar, autocompletion=words(*of))


_OPTIONS: dict[str, Any] = {
    "config": Annotated[
        list[str] | None,
        _option(
            "-c", "--config", metavar="FILE", help_text="Configuration; repeat to merge several, - for stdin."
        ),
    ],
    "output": Annotated[
        str | None,
        _choice(
            "-o",
            "--output",
            metavar="FORMAT",
            help_text="table, wide, json, ndjson, yaml or name.",
            of=_OUTPUTS,
        ),
    ],
    "report": Annotated[
        list[str] | None,
        _choice(
            "--report",
            metavar="KIND=FILE",
            help_text="Also write junit, markdown, github, openmetrics, json or ndjson; repeatable.",
            of=_KINDS,
        ),
    ],
    "quiet": Annotated[bool | None, _option("-q", "--quiet", help_text="Print nothing but the answer.")],
    "verbose": Annotated[
        int | None, _option("-v", "--verbose", count=True, help_text="Say more; -vv says all.")
    ],
    "color": Annotated[
        str | None,
        _choice(
            "--color", metavar="WHEN", help_text="auto, always or never.", of=("auto", "always", "never")
        ),
    ],
    "progress": Annotated[
        str | None,
        _choice(
            "--progress",
            metavar="HOW",
            help_text="auto, plain, json or none.",
            of=("auto", "plain", "json", "none"),
        ),
    ],
    "debug": Annotated[
        bool | None, _option("--debug", help_text="Show the traceback of an unexpected error.")
    ],
}


def with_common_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the common options; it receives them as its first argument, a `Common`.

    What was given before the command's name is in the context and is overridden by what was given after it.
    """
    hints = get_type_hints(function, include_extras=True)
    own = [
        parameter.replace(annotation=hints[parameter.name])
        for parameter in list(inspect.signature(function).parameters.values())[1:]
    ]
    keyword = inspect.Parameter.KEYWORD_ONLY
    context = inspect.Parameter("ctx", keyword, annotation=typer.Context)
    common = [
        inspect.Parameter(name, keyword, default=None, annotation=kind) for name, kind in _OPTIONS.items()
    ]
    own = [parameter.replace(kind=keyword) for parameter in own]

    def command(ctx: typer.Context, **given: Any) -> Any:  # typer passes what the signature below declares
        options = Common(**{name: given.pop(name) for name in _OPTIONS}).over(ctx.obj)
        ctx.obj = options
        return function(options, **given)

    command.__name__ = function.__name__
    command.__doc__ = function.__doc__
    parameters = [context, *own, *common]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # read by typer
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def add_command(
    app: typer.Typer, name: str, *, examples: tuple[str, ...]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a command with the common options and its examples, which the tests execute."""
    epilog = "\b\nExamples:\n" + "\n".join(f"  $ {example}" for example in examples)

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        app.command(name, epilog=epilog)(with_common_options(function))
        return function

    return register
