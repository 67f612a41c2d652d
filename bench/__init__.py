"""This project measured against what a user would pick instead: ``python -m bench``."""

import sys

from bench.places import SOURCE_ROOTS

sys.path[:0] = SOURCE_ROOTS
