"""Definitions that template, handler and command line share; imports only the standard library."""
