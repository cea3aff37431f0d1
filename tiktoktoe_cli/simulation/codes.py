"""What the codes of problems with scenarios mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code("p99-below-p50", "99 of 100 calls cannot be faster than half of them."),
    Code(
        "call-cycle",
        "Services call each other without end, so a simulated request would never be answered.",
    ),
    Code("fault-unreached", "No request reaches the service, so its fault changes nothing."),
    Code("fault-too-late", "The scenario is over before the fault begins."),
    Code("no-performance", "A service without `performance` answers at once and without limit."),
    Code(
        "assertion-broken",
        "An assertion of a scenario does not hold; the message shows what was measured.",
    ),
    Code("assertion-undecided", "An assertion names something that was not measured in this scenario."),
)
