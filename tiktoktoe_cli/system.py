"""The whole YAML as one model, composed of what the features own; a command reads only the parts it needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.config import Document, load
from tiktoktoe_cli.config.fields import BLANK_NAME, BLANK_NAME_HINT, is_blank
from tiktoktoe_cli.config.nodes import Entry, ListNode, MapNode, ScalarNode, Spot, child, scalars
from tiktoktoe_cli.config.validation import Shape
from tiktoktoe_cli.errors import ConfigError, Problem, Severity
from tiktoktoe_cli.words import suggestion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from tiktoktoe_cli.config.nodes import Node
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.graph.abilities import Abilities

FORMAT_VERSION = 1
ANY = "*"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the YAML: its name here, where it stands (`*` is every name), and the type its room reads it as.

    `made` is the room's function that turns a name and its settings into what is kept, as soon as they are read: a
    large system would not fit twice.
    """

    name: str
    path: tuple[str, ...]
    module: str
    type_name: str
    made: str = ""

    def type(self) -> Any:  # a settings class, or an annotated type of them
        """Import the type from the room that owns it."""
        return getattr(import_module(f"tiktoktoe_cli.{self.module}"), self.type_name)

    def make(self) -> Callable[[str, Any], Any]:  # as above
        """Import what turns settings into what is kept."""
        if not self.made:
            return lambda _, settings: settings
        module, _, function = self.made.partition(":")
        made: Callable[[str, Any], Any] = getattr(import_module(f"tiktoktoe_cli.{module}"), function)
        return made


PARTS = (
    Part("services", ("services", ANY), "graph.settings", "ServiceSettings", made="graph.model:service_of"),
    Part("checks", ("services", ANY, "health"), "health.settings", "ChecksSettings"),
    Part("actions", ("services", ANY, "actions"), "orchestration.settings", "ActionsSettings"),
    Part("performance", ("services", ANY, "performance"), "simulation.settings", "PerformanceSettings"),
    Part("health", ("health",), "health.settings", "HealthSettings"),
    Part("graph", ("graph",), "graph.rules.settings", "GraphSettings"),
    Part("capacity", ("capacity",), "graph.settings", "CapacitySettings"),
    Part("policies", ("resilience", ANY), "resilience.settings", "PolicySettings"),
    Part("requests", ("requests", ANY), "client.settings", "RequestSettings"),
    Part("pipelines", ("pipelines", ANY), "replay.settings.pipeline", "PipelineSettings"),
    Part("simulations", ("simulations", ANY), "simulation.settings", "SimulationSettings"),
    Part("orchestration", ("orchestration",), "orchestration.settings", "OrchestrationSettings"),
)
SECTIONS = tuple(dict.fromkeys(part.path[0] for part in PARTS))
ROOT_WORDS = ("version", "system", "include")


@dataclass(slots=True)
class System:
    """A checked configuration: its document, and for each part that was read, the settings (by name, for `*`).

    What is wrong is None, and so is what an outline does not tell.
    """

    document: Document
    name: str
    parts: dict[str, Any] = field(default_factory=dict)  # what each part's type says
    _abilities: Abilities | None = None

    def __getitem__(self, part: str) -> Any:  # as `parts`
        return self.parts[part]

    def graph(self) -> Graph:
        """Take the graph of the services, which must have been read."""
        from tiktoktoe_cli.graph import Graph
        from tiktoktoe_cli.graph.abilities import as_observed

        graph = Graph(self["services"], place=self.place, value_place=self.value_place)
        return as_observed(graph, self.abilities())

    def abilities(self) -> Abilities:
        """Tell what can be done with the services, as far as it shows without their settings."""
        from tiktoktoe_cli.graph.abilities import abilities_of

        if self._abilities is None:
            self._abilities = abilities_of(self["services"], self._says)
        return self._abilities

    def _says(self, name: str, *keys: str) -> bool:
        """Tell whether a service says something at a key; its settings may lack what depends on secrets."""
        match self.document.node(("services", name, *keys)):
            case ScalarNode(value=value):
                return value not in {None, ""}
            case ListNode(items=items):
                return bool(items)
            case node:
                return node is not None

    def place(self, *path: str | int) -> Place | None:
        """Return where a part of the configuration is written."""
        return self.document.place(*path)

    def value_place(self, *path: str | int) -> Place | None:
        """Return where a single value of the configuration is written; of a list or a map, its key."""
        return self.document.value_place(*path)


def load_system(
    names: Sequence[str],
    environ: Mapping[str, str],
    parts: Collection[str] | None = None,
    request: str | None = None,
    *,
    outlines: Collection[str] = frozenset(),
) -> System:
    """Read and check a configuration; `parts` limits the check to what a command needs, None means all.

    With `request`, requests that it can never lead to are left out where their variables are not set. Of the parts in
    `outlines` it matters what is there, not what it holds: their variables need not be set.

    Raises:
        ConfigError: with every problem that was found.
    """
    system = read_system(names, environ, parts, request, outlines=outlines)
    problems = system.document.sorted_problems()
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise ConfigError(problems, sources=system.document.sources, mask=system.document.mask.line)
    return system


def read_system(
    names: Sequence[str],
    environ: Mapping[str, str],
    parts: Collection[str] | None = None,
    request: str | None = None,
    *,
    outlines: Collection[str] = frozenset(),
) -> System:
    """Read a configuration as far as it can be read; what is wrong stands in its document's problems."""
    document = load(names, environ)
    system = System(document, "")
    if document.root is None:
        return system
    if parts is None:
        document.problems += document.faults
    system.name = _check_root(document, document.root)
    idle = frozenset() if request is None else _idle_requests(document, request)
    for part in PARTS:
        if parts is None or part.name in parts:
            left_out = idle if part.name == "requests" else frozenset()
            system.parts[part.name] = _read(document, part, left_out, outline=part.name in outlines)
    return system


def json_schema() -> dict[str, Any]:  # JSON
    """Compose the JSON Schema of the whole YAML from the types of its parts."""
    from tiktoktoe_cli.config.schema import schema_of

    schema = schema_of("tiktoktoe", ((part.path, part.type()) for part in PARTS))
    schema["properties"] |= {
        "version": {"const": FORMAT_VERSION, "description": "The version of this format."},
        "system": {"type": "string", "description": "The name of the system, for titles."},
    }
    schema["properties"]["resilience"]["description"] = "Policies by name: the layers that calls go through."
    return schema | {"patternProperties": {"^x-": {}}}


def _check_root(document: Document, root: MapNode) -> str:
    known = {*ROOT_WORDS, *SECTIONS}
    for key, entry in root.entries.items():
        if key not in known and not key.startswith("x-"):
            hint = suggestion(key, known) or _home_of(key) or "keys that start with `x-` are yours to use"
            document.problems.append(Problem("unknown-key", f"unknown key `{key}`", entry.key.place, hint))
    version = root.get("version")
    if version is not None and not (isinstance(version, ScalarNode) and version.value == FORMAT_VERSION):
        message = "this file is written for another version"
        document.problems.append(Problem("unsupported-version", message, version.place, "write `version: 1`"))
    for key in ROOT_WORDS:
        if node := root.get(key):
            document.problems += document.faults_in(node)
    name = root.get("system")
    return name.raw if isinstance(name, ScalarNode) else "system"


def _home_of(key: str) -> str | None:
    """Say where a key belongs that stands at the top, if some part knows it."""
    homes = (part.path for part in PARTS if key in getattr(part.type(), "model_fields", ()))
    home = ".".join(next(homes, ())).replace(ANY, "NAME")
    return f"`{key}` stands below `{home}`" if home else None


def _idle_requests(document: Document, request: str) -> frozenset[str]:
    """List the requests with faults that are neither the one that is asked for nor what a policy falls back to."""
    policies = document.node(("resilience",))
    targets = {
        scalar.raw
        for path, scalar in (scalars(policies) if policies else ())
        if path[-2:] == ("fallback", "request")
    }
    return frozenset(
        name
        for name in document.keys("requests") - targets - {request}
        if (node := document.node(("requests", name))) and document.faults_in(node)
    )


def _read(document: Document, part: Part, idle: frozenset[str], *, outline: bool) -> Any:
    """Read one part; with a `*` in its path, a mapping by name, without the idle ones."""
    if ANY not in part.path:
        node = document.node(part.path)
        return None if node is None else Shape(part.type()).read(document, node, part.path, outline=outline)
    shape: Shape | None = None
    found, make = {}, part.make()
    for name, path, node in _instances(document, part):
        if name in idle:
            continue
        shape = shape or Shape(part.type(), also=_facets(part.path[0]))
        settings = shape.read(document, node, path, outline=outline)
        found[name] = settings if settings is None else make(name, settings)
    return found


def _facets(section: str) -> frozenset[str]:
    """List the keys of a section's entries that rooms of their own own."""
    depth = len((section, ANY))
    return frozenset(part.path[depth] for part in PARTS if part.path[0] == section and len(part.path) > depth)


def _instances(document: Document, part: Part) -> Iterator[tuple[str, tuple[str, ...], Node]]:
    section, _, *facet = part.path
    for name, entry in _entries(document, section, report=not facet):
        node = entry.value
        if not facet:
            yield name, (section, name), node
        elif (inner := child(node, facet[0])) is not None:
            yield name, (section, name, *facet), inner


def _entries(document: Document, section: str, *, report: bool) -> Iterator[tuple[str, Entry]]:
    node = document.node((section,))
    if isinstance(node, MapNode):
        document.problems += (
            Problem(*BLANK_NAME, entry.key.place, BLANK_NAME_HINT)
            for name, entry in node.entries.items()
            if is_blank(name)
        )
        yield from node.entries.items()
    elif report and node is not None:
        spot: Spot = node
        document.problems.append(
            Problem("wrong-type", f"expected a mapping of names under `{section}`", spot.place)
        )
