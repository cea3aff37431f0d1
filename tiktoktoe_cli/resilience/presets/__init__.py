"""The semantics of circuit breakers, a file each: the rules as a table, the steps, the options, the source.

`catalog` has their names; `settings` reads the YAML with the one that it asks for. Nothing here does I/O. The
modules need pydantic, and so are imported late.
"""
