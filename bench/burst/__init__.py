"""Hundreds of declarations at once, in a time that costs nothing."""
