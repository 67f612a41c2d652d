"""``make demo``: what this project does, step by step, on a terminal."""
