"""`tiktoktoe init`: a sample becomes the start of a user's own system; nothing that exists is overwritten.

The templates are the samples themselves: a wheel carries a copy of them, a checkout has them beside the package.
"""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.words import listed, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PACKAGE = Path(__file__).resolve().parent
_LEFT_OUT = {"__pycache__", "out", ".tiktoktoe"}
SCHEMA_NAME = "tiktoktoe.schema.json"
_SCHEMA_IN_SAMPLES = f"$schema=../{SCHEMA_NAME}"


class Template(StrEnum):
    """What a new system can start from."""

    SHOP = "shop"
    MINIMAL = "minimal"


def starter_files(template: Template, schema: Mapping[str, object]) -> dict[str, bytes]:
    """Return the files of a template by their relative path: the sample, and the schema that its modeline names."""
    folder = _samples() / template
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _below(folder)}
    config = files["tiktoktoe.yaml"].decode().replace(_SCHEMA_IN_SAMPLES, f"$schema={SCHEMA_NAME}", 1)
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return files | {"tiktoktoe.yaml": config.encode(), SCHEMA_NAME: text.encode()}


def write_starter(directory: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files below a directory, which is made if it is missing; return their paths.

    Raises:
        UsageError: if one of them exists already (nothing is written then), or cannot be written.
    """
    targets = {directory / name: data for name, data in files.items()}
    existing = [path for path in targets if os.path.lexists(path)]
    if existing:
        names = listed(map(str, existing), limit=3)
        exist = "exists" if len(existing) == 1 else "exist"
        raise UsageError(f"nothing was written: {names} {exist} already", hint="choose another folder")
    try:
        for path, data in targets.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
    except OSError as error:
        raise UsageError(
            f"cannot write `{error.filename}`: {reason_of(error)}", hint="choose another folder"
        ) from None
    return list(targets)


def _samples() -> Path:
    packed = _PACKAGE / "samples"
    return packed if packed.is_dir() else _PACKAGE.parent / "samples"


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _LEFT_OUT & set(path.relative_to(folder).parts):
            yield path
