"""What the codes of problems with the graph mean that are no rules."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code(
        "baseline-entry",
        "A line of a baseline names a rule and what its finding is about.",
        "TTG105: orders -> db",
        "TTG105 orders db",
    ),
)
