"""The files that an imported document names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TLS_FILES: Final = ("ca", "cert", "key")
_SECRET_FILE: Final = re.compile(r"(?<!\$)\$\{file:([^}]*)\}")


def relative_paths(document: Any) -> Iterator[str]:  # a tree
    """List the relative ones among the certificates, keys and files of secrets, as they are written."""
    return (path for path in _paths(document) if not (PurePath(path).is_absolute() or path.startswith("$")))


def _paths(node: Any) -> Iterator[str]:  # a tree
    if isinstance(node, Mapping):
        tls = node.get("tls")
        yield from (tls[key] for key in _TLS_FILES if isinstance(tls, Mapping) and key in tls)
        for value in node.values():
            yield from _paths(value)
    elif isinstance(node, list):
        for value in node:
            yield from _paths(value)
    elif isinstance(node, str):
        yield from _SECRET_FILE.findall(node)
