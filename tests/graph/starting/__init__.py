"""How a system starts."""
