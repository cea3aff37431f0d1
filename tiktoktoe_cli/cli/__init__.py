"""The front desk: parse options, load settings, call one function of a feature, hand its facts to the report.

May touch everything below it, late. Must not decide anything about a system: a command that grows an `if` about
services, events or breakers is in the wrong room. Modules here import only typer and their neighbours at the top,
so that `--help` stays quick; `tests/cli/test_startup.py` asserts it.
"""
