"""What is true of any graph."""
