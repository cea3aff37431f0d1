"""Checks as other tools write them become ours, and what cannot is listed, never dropped.

Pure but for the reading of files in `reading`. A source is one module with one function and its line in
`formats.SourceFormat`; what it takes out of the source it takes through `Fields`, so that the rest is known.
"""
