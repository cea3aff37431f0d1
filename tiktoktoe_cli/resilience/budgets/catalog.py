"""The table of retry budgets: the word in the YAML, and the steps behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tiktoktoe_cli.resilience.budgets.aws_adaptive import AWS_ADAPTIVE
from tiktoktoe_cli.resilience.budgets.aws_standard import AWS_STANDARD
from tiktoktoe_cli.resilience.budgets.envoy import ENVOY
from tiktoktoe_cli.resilience.budgets.finagle import FINAGLE
from tiktoktoe_cli.resilience.budgets.grpc import GRPC
from tiktoktoe_cli.resilience.budgets.sre import SRE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tiktoktoe_cli.resilience.budgets.kind import BudgetKind

BUDGETS: Final[Mapping[str, BudgetKind]] = {
    "grpc": GRPC,
    "aws_standard": AWS_STANDARD,
    "aws_adaptive": AWS_ADAPTIVE,
    "finagle": FINAGLE,
    "envoy": ENVOY,
    "sre": SRE,
}
