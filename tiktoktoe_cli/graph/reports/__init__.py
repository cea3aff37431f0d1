"""What the graph commands found out, as reports that every output format can draw: a module for each command."""
