#!/usr/bin/env python3
"""Runs Node.js where Ctrl-C does not reach it.

Ctrl-C goes to every process of the terminal. The CDK talks to Node.js until this program ends, and
prints a traceback if it has ended before. It ends when its standard input is closed.
"""

import os
import sys

if __name__ == "__main__":
    os.setsid()
    os.execvp("node", ["node", *sys.argv[1:]])
