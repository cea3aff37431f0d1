"""Dead letters after a run: read, chosen, shown, and sent again."""
