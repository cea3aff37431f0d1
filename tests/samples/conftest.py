"""A town for every test that starts services."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.samples.town import Town

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def town() -> Iterator[Town]:
    """A town without services yet."""
    town = Town()
    yield town
    town.close()
