"""What other tools write becomes our YAML, and what cannot is listed, never dropped.

Knows no feature: a feature has importers of its own, which take what they understand through `Fields`, note the rest
in a `Notebook`, and so make an `Imported`, which `yaml_text` and `report` show. Files are opened in `reading`; those
that Compose files name in `compose.assembly` and `compose.env_files`. Everything else is pure.
May use config, report, errors and words.
"""
