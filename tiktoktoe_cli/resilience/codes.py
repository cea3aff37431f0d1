"""What the codes of problems with policies mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code("duplicate-layer", "A policy has each kind of layer at most once."),
    Code("cap-below-base", "The longest wait between tries is shorter than the first.", "cap: 1s, base: 2s"),
    Code(
        "minimum-beyond-window",
        "A window never holds as many calls as the breaker waits for, so it never opens.",
    ),
)
