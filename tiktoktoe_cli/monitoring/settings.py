"""What the YAML says about alerts."""

from __future__ import annotations

from typing import Annotated

from tiktoktoe_cli.config.fields import Cel, Name, Settings
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.monitoring.alerts import AlertAction


class AlertSettings(Settings):
    """A condition that should not hold when a run ends; a feature narrows `when` to the variables it binds."""

    name: Name
    """What the report calls it."""
    when: Annotated[Expression, Cel()]
    """It fires when this is true, or cannot be evaluated: what cannot be judged is not fine."""
    action: AlertAction = AlertAction.FAIL
    """`fail` makes the command's answer no (exit code 1), `warn` only shows it."""
