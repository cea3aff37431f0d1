"""What the codes of problems with checks mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code("duplicate-name", "Two entries of a list have the same name, so nobody could tell them apart."),
    Code("bad-address", "An address is a host and a port.", "address: db", 'address: "127.0.0.1:5432"'),
    Code("unknown-variable", "The expression names something that this kind of check never sees."),
    Code(
        "vacuous-expectation",
        "The expectation holds even if nothing answers, so it proves nothing.",
        "status != 500",
        "status == 200",
    ),
)
