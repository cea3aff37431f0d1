"""Hysteresis: how many results it takes until a check stands otherwise than before. Pure.

A `Standing` takes one result after the other; its `Rules` are a row of `presets`, for each system that has rules of
its own. What the YAML says is read in `thresholds.settings`, which is imported late.
"""

from tiktoktoe_cli.health.thresholds.rules import Rules
from tiktoktoe_cli.health.thresholds.standing import Standing, stable

__all__ = ["Rules", "Standing", "stable"]
