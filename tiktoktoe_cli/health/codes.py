"""What the codes of problems with checks mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code("duplicate-name", "Two entries of a list have the same name, so nobody could tell them apart."),
    Code("bad-address", "An address is a host and a port.", "address: db", 'address: "127.0.0.1:5432"'),
    Code(
        "bad-dns-name",
        "A name is made of parts of 1 to 63 letters with a single dot between them, at most 253 in all.",
        "name: shop..example",
        "name: shop.example",
    ),
    Code(
        "bad-query",
        "A check only reads: its query begins with SELECT, SHOW, VALUES, TABLE or WITH, and writes into no file.",
        'query: "DELETE FROM job"',
        'query: "SELECT count(*) AS jobs FROM job"',
    ),
    Code("bad-record-type", "DNS knows no type of record by this name.", "type: AAA", "type: AAAA"),
    Code(
        "unknown-variable",
        "The expression names something that this kind of check never sees.",
        'latency < duration("1s")',
        'timing.total < duration("1s")',
    ),
    Code(
        "vacuous-expectation",
        "The expectation holds even if nothing answers, so it proves nothing.",
        "status != 500",
        "status == 200",
    ),
    Code(
        "targets-missing",
        "A module that has credentials says who may get them: whoever asks for it names its target.",
        'api: {http: {auth: {bearer: "${API_TOKEN}"}}}',
        'api: {http: {auth: {bearer: "${API_TOKEN}"}}, targets: ["*.example.org:443"]}',
    ),
)
