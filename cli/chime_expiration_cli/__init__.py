"""The command line ``chime-expiration``.

Each command is a package, such as ``status``, and does not import another command. Commands share
``declarations`` (what deployed stacks declare, read with ``cloudformation``) and ``identity`` (the
expirations that users have). ``cloudformation`` and ``identity`` do not import each other.
"""
