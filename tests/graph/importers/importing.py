"""Short ways to import a system, and to see it as the graph commands do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.graph.systems import SERVICES, build_graph
from tiktoktoe_cli.graph.importers.catalog import import_files
from tiktoktoe_cli.graph.importers.formats import SystemFormat
from tiktoktoe_cli.graph.importers.options import ComposeOptions, ImportOptions
from tiktoktoe_cli.health.importers.compose import container_checks
from tiktoktoe_cli.importing.yaml_text import write_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.graph import Graph
    from tiktoktoe_cli.importing.facts import Imported, RemarkKind

PLAIN = ImportOptions()
CHECKED = ImportOptions(compose=ComposeOptions(facets=(container_checks,)))


@dataclass(frozen=True)
class Import:
    """One import, in short words."""

    imported: Imported

    @classmethod
    def of(cls, source: str, *names: str | Path, options: ImportOptions = PLAIN) -> Import:
        """Import files."""
        return cls(import_files(SystemFormat(source), [str(name) for name in names], options))

    @property
    def services(self) -> Any:  # a tree
        """The services of the document."""
        return self.imported.document["services"]

    @property
    def text(self) -> str:
        """The YAML."""
        return write_yaml(self.imported)

    @property
    def graph(self) -> Graph:
        """The graph of the services, without what other rooms say about them."""
        own = {name: {k: v for k, v in one.items() if k != "health"} for name, one in self.services.items()}
        return build_graph(SERVICES.validate_python(own))

    def edges(self, *evidence: str) -> set[tuple[str, str]]:
        """List the edges with some evidence, or all."""
        return {(e.source, e.target) for e in self.graph.edges() if not evidence or e.evidence in evidence}

    def said(self, kind: RemarkKind) -> list[str]:
        """List the messages of one kind of remarks."""
        return [remark.message for remark in self.imported.remarks if remark.kind is kind]
