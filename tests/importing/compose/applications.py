"""Short ways to read Compose files as one application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tiktoktoe_cli.config.nodes import plain
from tiktoktoe_cli.importing.compose.application import Application, Choice, read_application
from tiktoktoe_cli.importing.compose.dependencies import dependencies_of
from tiktoktoe_cli.importing.compose.environment import environment_of
from tiktoktoe_cli.importing.facts import Notebook
from tiktoktoe_cli.importing.reading import Files

if TYPE_CHECKING:
    from tiktoktoe_cli.errors import Place
    from tiktoktoe_cli.importing.facts import RemarkKind

NOTHING = Choice()


@dataclass(frozen=True)
class Read:
    """An application, and what there was to remark."""

    application: Application
    files: Files
    notes: Notebook

    @classmethod
    def of(cls, *names: str, choice: Choice = NOTHING) -> Read:
        """Read files."""
        files, notes = Files.read(names), Notebook()
        return cls(read_application(files, choice, notes), files, notes)

    def service(self, name: str) -> Any:  # a tree
        """Return a service as it is merged."""
        return plain(self.application.services[name].node)

    def depends_on(self, name: str) -> Any:  # a tree
        """Return the dependencies of a service."""
        return dependencies_of(name, self.application.services[name], self.notes)

    def environment(self, name: str) -> dict[str, str]:
        """Return the variables of a service."""
        fields = self.application.services[name]
        found = environment_of(name, fields, self.application.variables, self.notes)
        return {variable: text for variable, (text, _) in found.items()}

    def said(self, kind: RemarkKind) -> list[str]:
        """List the messages of one kind of remarks."""
        return [remark.message for remark in self.notes.remarks if remark.kind is kind]

    def places(self) -> list[Place]:
        """List where the remarks stand."""
        return [remark.place for remark in self.notes.remarks]
