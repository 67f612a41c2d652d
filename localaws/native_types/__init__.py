"""The native resource types of Chime SDK messaging, for the local CloudFormation.

MiniStack does not know them. It reads the handlers of all types from a table, to which ``app`` adds
these before MiniStack starts.
"""
