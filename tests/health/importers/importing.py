"""Short ways to import a text or files, to write the result, and to read it with our own reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from tiktoktoe_cli.health.importers.catalog import import_files
from tiktoktoe_cli.health.importers.formats import CheckFormat
from tiktoktoe_cli.importing.yaml_text import write_yaml
from tiktoktoe_cli.system import read_system

if TYPE_CHECKING:
    from pathlib import Path

    from tiktoktoe_cli.errors import Problem
    from tiktoktoe_cli.importing.facts import Imported, RemarkKind

Write = Callable[[str, str], str]


@dataclass(frozen=True)
class Import:
    """One import, in short words."""

    imported: Imported

    @classmethod
    def of(cls, source: str, *names: str | Path) -> Import:
        """Import files."""
        return cls(import_files(CheckFormat(source), [str(name) for name in names]))

    @property
    def document(self) -> Any:  # a tree
        """The document."""
        return self.imported.document

    @property
    def text(self) -> str:
        """The YAML."""
        return write_yaml(self.imported)

    def check(self, service: str) -> Any:  # a tree
        """Return the only check of a service."""
        (check,) = self.document["services"][service]["health"]
        return check

    def said(self, kind: RemarkKind) -> list[str]:
        """List the messages of one kind of remarks."""
        return [remark.message for remark in self.imported.remarks if remark.kind is kind]


def read_back(text: str, folder: Path, environ: Mapping[str, str]) -> tuple[Problem, ...]:
    """Read a text with PyYAML, which must not fail, and list what our own reader says about it."""
    yaml.safe_load(text)
    file = folder / "imported.yaml"
    file.write_text(text, encoding="utf-8")
    return read_system([str(file)], environ).document.sorted_problems()
