"""Compose files → one application: its services as Compose would start them, and the variables that it knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.config.nodes import MapNode, ScalarNode
from tiktoktoe_cli.importing.compose.assembly import Assembly
from tiktoktoe_cli.importing.compose.env_files import beside, read_default, read_variables
from tiktoktoe_cli.importing.compose.merging import Merger
from tiktoktoe_cli.importing.compose.variables import Variables
from tiktoktoe_cli.importing.fields import Fields
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.importing.facts import Notebook, Path
    from tiktoktoe_cli.importing.fields import Leftover
    from tiktoktoe_cli.importing.reading import Files

EVERY_PROFILE: Final = "*"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is read beside the files: `env_files` in place of `.env`, and the services of these `profiles`.

    The variables of this process are not used: what is imported does not depend on who imports it.
    """

    env_files: tuple[str, ...] = ()
    profiles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Application:
    """The services by name, and what else stands at the top; in their texts, the known variables are put in."""

    top: Fields
    services: Mapping[str, Fields]
    variables: Variables

    def left(self) -> Iterator[tuple[Leftover, Path]]:
        """List the keys that nobody took, each with what it is about; what begins with `x-` is nobody's business."""
        parts: dict[Path, Fields] = {("services", name): fields for name, fields in self.services.items()}
        for at, fields in {**parts, (): self.top}.items():
            yield from ((left, at) for left in fields.left() if not left.name.startswith("x-"))


def read_application(files: Files, choice: Choice, notes: Notebook) -> Application:
    """Read what the files say together; a later one has the last word.

    Raises:
        ConfigError: if a file of variables that was asked for cannot be read, an included file is no YAML, or variables
            are not set that must be, or are none.
    """
    merger = Merger(files, notes)
    variables = Variables(_variables(files, choice, notes))
    assembly = Assembly(merger)
    top = Fields(merger.cleared(assembly.assembled(files.trees, variables)))
    assembly.interpolation.conclude(notes)
    for key in ("version", "include"):  # what they say is done
        top.take(key)
    services = dict(_services(top.take("services"), notes))
    return Application(top, _enabled(services, choice.profiles, notes), variables)


def _variables(files: Files, choice: Choice, notes: Notebook) -> dict[str, str]:
    if choice.env_files:
        return read_variables(choice.env_files, notes)
    return read_default(beside(files.trees[0].source, ""), {}, notes)


def _services(node: Node | None, notes: Notebook) -> Iterator[tuple[str, Fields]]:
    if node is not None and not isinstance(node, MapNode):
        notes.untranslated(node, (), "`services` is no map")
    for name, entry in node.entries.items() if isinstance(node, MapNode) else ():
        service = entry.value
        if isinstance(service, MapNode):
            yield name, Fields(service)
        elif isinstance(service, ScalarNode) and service.value is None:
            yield name, Fields(MapNode(service.source, service.start, service.end))
        else:
            notes.untranslated(entry.key, ("services",), f"{quoted(name)} is no map")


def _enabled(services: Mapping[str, Fields], profiles: frozenset[str], notes: Notebook) -> dict[str, Fields]:
    """Leave out the services whose profiles are not asked for (Compose specification, `15-profiles.md`)."""
    wanted = {name: [one.raw for one in fields.texts("profiles")] for name, fields in services.items()}
    is_there = {
        name: not given or EVERY_PROFILE in profiles or not profiles.isdisjoint(given)
        for name, given in wanted.items()
    }
    for name, fields in services.items():
        if not is_there[name]:
            message = f"{quoted(name)} is only there with `--profile {wanted[name][0]}`"
            notes.ignored(fields.spot("profiles"), ("services",), message)
    return {name: fields for name, fields in services.items() if is_there[name]}
