"""The pictures in characters, and readers that find every edge in them again."""
