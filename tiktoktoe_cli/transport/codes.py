"""What the codes of problems with requests and connections mean."""

from tiktoktoe_cli.config.codes import Code

CODES = (
    Code(
        "bad-url",
        "A URL starts with `http://` or `https://` and names a host.",
        "url: host/x",
        "url: http://host/x",
    ),
    Code(
        "bad-method",
        "An HTTP method is a single word such as `GET`.",
        "method: GET IT",
        "method: GET",
    ),
    Code(
        "bad-header",
        "A header's name is a word of letters, digits and hyphens, and its value is a single line.",
        "X Trace: 1",
        "X-Trace: 1",
    ),
    Code(
        "bad-token",
        "A token is a single line that is not empty; an empty one authenticates nobody.",
        "bearer: ''",
        "bearer: ${TOKEN}",
    ),
    Code(
        "bad-host-name",
        "A host's name is made of letters, digits and hyphens, with a single dot between its parts.",
        "server_name: shop..example",
        "server_name: shop.example",
    ),
    Code(
        "bad-proxy",
        "A proxy is spoken to in plain HTTP, and its address names a host and a port.",
        "url: socks5://proxy",
        "url: http://proxy:3128",
    ),
    Code(
        "key-without-certificate",
        "A private key proves that a certificate is ours; alone it proves nothing.",
        "key: client.key",
        "cert: client.pem\nkey: client.key",
    ),
)
