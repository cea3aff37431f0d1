"""Where lookups find what belongs to an event: sources, and the cache in front of them."""
