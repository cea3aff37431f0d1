"""What the tests of health share: golden files."""

from __future__ import annotations

from tests.report.conftest import golden

__all__ = ["golden"]
