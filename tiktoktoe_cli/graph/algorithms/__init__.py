"""What is true of any graph, on names and numbers: its order, its cycles, what is implied. Pure, and quick."""
