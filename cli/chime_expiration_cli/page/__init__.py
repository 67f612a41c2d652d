"""The report as one self-contained HTML page.

Each command converts its report into a ``Page``. Nothing here knows a command.
"""
