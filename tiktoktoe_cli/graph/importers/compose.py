"""A Compose application → its services, what they depend on and what they need (compose-spec, `05-services.md`)."""

from __future__ import annotations

from collections import ChainMap
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.graph.importers.compose_resources import replicas_of, resources_of
from tiktoktoe_cli.graph.importers.hosts import hosts_in, hosts_in_arguments
from tiktoktoe_cli.graph.importers.images import version_of_image
from tiktoktoe_cli.graph.importers.inference import Mention, infer
from tiktoktoe_cli.graph.importers.services import WHAT_IS_READ, note_guess, without_empty
from tiktoktoe_cli.importing.compose.application import read_application
from tiktoktoe_cli.importing.compose.dependencies import dependencies_of
from tiktoktoe_cli.importing.compose.environment import environment_of
from tiktoktoe_cli.importing.compose.variables import HOLE
from tiktoktoe_cli.importing.texts import literal
from tiktoktoe_cli.words import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tiktoktoe_cli.graph.importers.options import ImportOptions
    from tiktoktoe_cli.importing.compose.application import Application
    from tiktoktoe_cli.importing.compose.variables import Variables
    from tiktoktoe_cli.importing.facts import Notebook, Tree
    from tiktoktoe_cli.importing.fields import Fields
    from tiktoktoe_cli.importing.reading import Files

_COMMANDS: Final = ("command", "entrypoint")


def translate(files: Files, options: ImportOptions, notes: Notebook) -> Tree:
    """Translate one application. Its variables are those of `.env`, or of the files that are asked for instead."""
    application = read_application(files, options.compose.choice, notes)
    hosts = _hosts(application) if options.infer else {}
    services = {name: _service(name, application, hosts, options, notes) for name in application.services}
    system = options.name or _settled(application.top.text("name"), application.variables)
    notes.sift(
        application.left(),
        application.top.node,
        WHAT_IS_READ,
        lost="deploy.resources.",
    )
    return {"version": 1, **({"system": literal(system)} if system else {}), "services": services}


def _service(
    name: str, application: Application, hosts: dict[str, str], options: ImportOptions, notes: Notebook
) -> Tree:
    fields = application.services[name]
    depends_on = dependencies_of(name, fields, notes)
    if options.infer:
        infer(
            name,
            depends_on,
            _mentions(name, application, ChainMap(dict(_aliases(fields)), hosts), notes),
            notes,
        )
    settings: Tree = {
        "version": _version(name, fields, application.variables, notes),
        "tags": [literal(profile.raw) for profile in fields.texts("profiles") if profile.raw],
        "depends_on": depends_on,
        "resources": resources_of(name, fields, application.variables, notes),
        "replicas": replicas_of(name, fields, application.variables, notes),
    }
    for facet in options.compose.facets:
        settings |= facet(name, application.services, notes)
    return without_empty(settings)


def _version(name: str, fields: Fields, variables: Variables, notes: Notebook) -> str | None:
    found = version_of_image(variables.settled(fields.text("image") or ""))
    if found is None:
        return None
    note_guess(name, found, fields.spot("image"), notes)
    return found.version


def _settled(text: str | None, variables: Variables) -> str | None:
    """Settle a text; None if not everything in it is known."""
    settled = variables.settled(text or "")
    return settled if settled and HOLE not in settled else None


def _hosts(application: Application) -> dict[str, str]:
    """List what services are called among the containers: their names, which come first, and those they are given."""
    given: dict[str, str] = {}
    for name, fields in application.services.items():
        networks = fields.inside("networks")
        aliases = [
            node.raw for one in networks.node.entries for node in networks.inside(one).texts("aliases")
        ]
        for text in (fields.text("container_name"), *aliases):
            if host := _settled(text, application.variables):
                given.setdefault(host, name)
    return {**given, **{name: name for name in application.services}}


def _aliases(fields: Fields) -> Iterator[tuple[str, str]]:
    """Yield what a service alone calls others: `links: ["db:database"]`."""
    for link in fields.texts("links"):
        target, separator, alias = link.raw.partition(":")
        if separator:
            yield alias, target


def _mentions(
    name: str, application: Application, hosts: Mapping[str, str], notes: Notebook
) -> Iterator[Mention]:
    fields, variables = application.services[name], application.variables
    for variable, (text, spot) in environment_of(name, fields, variables, notes).items():
        for host in hosts_in(variable, text):
            if host in hosts:
                yield Mention(hosts[host], f"its variable {quoted(variable)}", spot)
    for key in _COMMANDS:
        spot = fields.spot(key)
        arguments = [variables.settled(word) for word in _words(fields, key)]
        for host in hosts_in_arguments(arguments):
            if host in hosts:
                yield Mention(hosts[host], f"its {key}", spot)


def _words(fields: Fields, key: str) -> list[str]:
    return [item.raw for item in fields.texts(key)] or (fields.text(key) or "").split()
