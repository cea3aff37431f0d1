"""The tree of commands; each group's module is imported when it is used, not before."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from tiktoktoe_cli import __version__
from tiktoktoe_cli.cli.options import Common, with_common_options

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS: Mapping[str, str] = {
    "health": "Is every endpoint healthy, and if not, who is the cause?",
    "graph": "Do the services fit together: cycles, versions, resources, order?",
    "replay": "Replay event files through the pipeline's stages.",
    "simulate": "See how breakers, retries and timeouts behave under a fault.",
    "request": "Send a request through a policy, and see what the policy does.",
    "orchestrate": "Start the system in dependency order, run its jobs, stop it.",
    "config": "Check, show and explain the configuration.",
    "expr": "Try a CEL expression.",
    "init": "Write a commented starter configuration.",
}


class LazyGroup(TyperGroup):
    """A group whose sub-commands are stubs with a help line until one of them is called."""

    def __init__(self, **attributes: Any) -> None:  # typer's own, passed through
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, short_help=text, rich_markup_mode=None) for name, text in GROUPS.items()
        }

    def resolve_command(
        self, ctx: Any, args: list[str]
    ) -> tuple[str | None, Any, list[str]]:  # typer's private types
        """Import the module of the command that was named."""
        name, stub, rest = super().resolve_command(ctx, args)
        return name, load_command(name) if name else stub, rest


def load_command(name: str) -> Any:  # a command or a group; typer keeps the type private
    """Import a group's module and turn its typer app into a command."""
    command = typer.main.get_command(import_module(f"tiktoktoe_cli.cli.{name}").app)
    command.name = name
    return command


def make_group(name: str) -> typer.Typer:
    """Make the typer app of a group of commands, also where it has only one yet."""
    group = make_app(GROUPS[name], name=name)
    group.callback()(_nothing_of_its_own)
    return group


def _nothing_of_its_own() -> None:
    pass


def make_app(help_text: str, *, name: str = "", add_completion: bool = False) -> typer.Typer:
    """Make a typer app: plain help, examples kept as they are written."""
    return typer.Typer(
        name=name or None,
        help=help_text,
        no_args_is_help=True,
        add_completion=add_completion,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )


app = make_app("One YAML describes a system of services; one command answers for it.", add_completion=True)


def _version(value: bool | None) -> None:  # noqa: FBT001  # typer calls it by position
    if value:
        typer.echo(f"tiktoktoe {__version__}")
        raise typer.Exit


@app.callback(
    cls=LazyGroup,
    epilog="\b\nExit codes: 0 yes, 1 the answer is no, 2 asked wrongly, 3 could not finish, 4 our bug.\n"
    "Start with: tiktoktoe init demo && cd demo && tiktoktoe orchestrate run",
)
@with_common_options
def root(
    common: Common,
    *,
    version: Annotated[
        bool | None, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = None,
) -> None:
    """One YAML describes a system of services; one command answers for it."""
