"""The command ``status``: compares deployed declarations with the service."""
