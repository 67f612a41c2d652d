"""Functions that a stack has once, whatever the number of constructs that need them."""
