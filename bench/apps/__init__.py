"""The same declarations with each peer; each runs as a process of its own."""
