"""The probes: each touches the world once and says what it saw. They decide nothing and do not retry.

Adding one is adding its settings (`probe_settings`, and a field of a check), its file here, and its line in
`catalog.PROBES`.
"""

from tiktoktoe_cli.health.probes.catalog import open_probes

__all__ = ["open_probes"]
