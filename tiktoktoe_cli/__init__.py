"""tiktoktoe: one YAML describes a system of services; one command answers for it."""

__version__ = "0.1.0"
