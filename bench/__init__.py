"""This project compared with the alternatives that a user has: ``python -m bench``."""

import sys

from bench.places import SOURCE_ROOTS

sys.path[:0] = SOURCE_ROOTS
