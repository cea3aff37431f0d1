"""The web pages of a watch: its metrics, its health, and a probe of whatever target is asked for.

`messages`, `routes`, `aiming` and `blackbox` are pure: a request becomes an answer, or an order to look first.
`server` speaks HTTP/1.1 and knows no route; `session` puts both together.
"""
