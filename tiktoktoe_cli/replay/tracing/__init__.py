"""What happens to one event at each stage."""
