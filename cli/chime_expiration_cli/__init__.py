"""The command line ``chime-expiration``.

Each command is a package, such as ``status``, and does not import another command. Commands share
``declarations`` and ``declared_policies`` (what deployed stacks declare, read with
``cloudformation``), ``identity`` (the expirations that users have), ``policies`` (what policies
have done) and ``page`` (the HTML page). ``cloudformation`` and ``identity`` do not import each
other.
"""
