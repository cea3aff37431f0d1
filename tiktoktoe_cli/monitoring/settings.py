"""What the YAML says about alerts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tiktoktoe_cli.config.fields import Cel, Name, Settings
from tiktoktoe_cli.config.units import Duration
from tiktoktoe_cli.expressions import Expression
from tiktoktoe_cli.monitoring.alerts import AlertAction


class AlertSettings(Settings):
    """A condition that should not hold; a feature narrows `when` to the variables it binds."""

    name: Name
    """What the report calls it."""
    when: Annotated[Expression, Cel()]
    """It fires when this is true, or cannot be evaluated: what cannot be judged is not fine."""
    for_: Duration | None = Field(None, alias="for")
    """How long it has to hold, in the time of the events, such as `1m`; it is then judged all along, and what has fired
    stays so. By default it is judged once, at the end."""
    action: AlertAction = AlertAction.FAIL
    """`fail` makes the command's answer no (exit code 1), `warn` only shows it."""
