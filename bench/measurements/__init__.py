"""One module for each part of the table, each with a function ``measure``."""
