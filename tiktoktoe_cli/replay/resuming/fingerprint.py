"""What a run is about, in a few bytes: two runs with the same fingerprint deliver the same bytes."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.errors import UsageError
from tiktoktoe_cli.words import reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tiktoktoe_cli.replay.settings.pipeline import PipelineSettings

_HEAD_BYTES = 64 << 10
_CHANGES_NOTHING: Final[dict[str, bool | set[str]]] = {"tests": True, "input": {"idle_exit"}}
"""Settings that the outputs do not depend on."""


def fingerprint(settings: PipelineSettings, files: Sequence[Path], seed: int) -> str:
    """Hash the settings, the files that they name, the inputs and the seed.

    An input counts by its path, its size and its first 64 KiB: to read all of it would take as long as a run. One that
    is followed counts by its path alone. Tables and schemas are read whole.

    Raises:
        UsageError: a file cannot be read.
    """
    digest = hashlib.sha256()
    _add(digest, settings.model_dump_json(exclude=_CHANGES_NOTHING).encode(), str(seed).encode())
    for file in files:
        _add(digest, os.fsencode(file), *(() if settings.input.follow else _head(file)))
    for stage in settings.stages:
        if stage.redact and stage.redact.key:  # in the settings it is masked, and the outputs depend on it
            _add(digest, hashlib.sha256(stage.redact.key.get_secret_value().encode()).digest())
    for _, path in settings.read_files:
        if path not in files:
            _add(digest, *map(_whole, (path, path.with_name(f"{path.name}-wal"))))  # of a SQLite database
    return digest.hexdigest()


def _head(file: Path) -> tuple[bytes, bytes]:
    try:
        with file.open("rb") as stream:
            return str(file.stat().st_size).encode(), stream.read(_HEAD_BYTES)
    except OSError as error:
        raise UsageError(f"cannot read `{file}`: {reason_of(error)}") from error


def _whole(path: Path) -> bytes:
    """Hash a file; there may be none: whoever needs it tells."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").digest() if path.is_file() else b""
    except OSError:
        return b""


def _add(digest: hashlib._Hash, *parts: bytes) -> None:
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
