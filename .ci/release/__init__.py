"""Releases: what has to be true before a version is tagged, its files, and its notes."""
