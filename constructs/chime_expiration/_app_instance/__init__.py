"""The expiration policy for all users of an AppInstance.

It is not public yet: ``chime_expiration`` does not export it.
"""
