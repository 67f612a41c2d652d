"""Makes visible what a terminal or a browser would act on instead of showing it."""

import re

# The control characters of ASCII and Latin-1, the escape of terminal sequences among them; the
# separators of lines and paragraphs; and what changes the direction of the text.
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""``text`` in one line, with each such character as its escape, for example ``\x1b``."""
    return _HIDDEN.sub(lambda match: match[0].encode("unicode_escape").decode("ascii"), text)
