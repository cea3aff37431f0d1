"""What all tests share: the option that rewrites golden files, the field's cases, files in a fresh folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT.parent / "shared" / "vectors"

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-golden`: rewrite the golden files, whose diff is then read."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files")


@pytest.fixture
def vectors() -> Path:
    """Return the folder of cases from the field, or skip where it is not there."""
    if not VECTORS.is_dir():
        pytest.skip("the cases from the field are not beside this checkout")
    return VECTORS


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], str]:
    """Return a function that writes a file into a fresh folder and returns its path."""

    def write_file(name: str, text: str) -> str:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return str(target)

    return write_file


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """Make a folder that may not be entered; who may enter every folder skips the test."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0)
    if os.access(folder, os.X_OK):
        pytest.skip("root may enter every folder")
    yield folder
    folder.chmod(0o700)
