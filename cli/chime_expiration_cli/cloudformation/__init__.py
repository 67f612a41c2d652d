"""Reads deployed stacks and the values of their templates."""
