"""The probes: each touches the world once and says what it saw. They decide nothing and do not retry.

Adding one is adding its file here, and the field of `health.settings.CheckSettings` that names it.
"""

from tiktoktoe_cli.health.probes.outside import Outside, load, open_probes

__all__ = ["Outside", "load", "open_probes"]
