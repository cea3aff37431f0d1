"""`-o yaml`: the envelope as YAML that every reader takes for what it was, whichever version it speaks."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import yaml

from tiktoktoe_cli.report.documents import envelope
from tiktoktoe_cli.report.text import escape_hidden

if TYPE_CHECKING:
    from tiktoktoe_cli.report.facts import Report
    from tiktoktoe_cli.report.view import View

# PyYAML quotes what YAML 1.1 would take for another type; these are the numbers of the YAML 1.2 core schema
# that it does not know (`1e3`, `0o17`), and the single letters that YAML 1.1 itself calls booleans.
_NOT_A_WORD = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[yYnN]"
)


class _Dumper(yaml.SafeDumper):
    """Writes every value where it stands, without anchors."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  # the signature is PyYAML's
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=_style(text))


def _style(text: str) -> str | None:
    if "\n" in text or escape_hidden(text) != text:
        return '"'  # the one style that has escapes
    return "'" if _NOT_A_WORD.fullmatch(text) else None


_Dumper.add_representer(str, _represent_text)


def draw_yaml(report: Report, view: View) -> str:
    """Write the envelope as one YAML document, keys in their order, one line per value."""
    whole = dict(envelope(report, view.mask))
    text = yaml.dump(whole, Dumper=_Dumper, sort_keys=False, allow_unicode=view.unicode, width=sys.maxsize)
    return escape_hidden(text)
