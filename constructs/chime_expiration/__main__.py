"""``python -m chime_expiration``: the same as the console script ``chime-expiration``.

The script starts faster: it does not import aws_cdk, which starts Node.js.
"""

import sys

from chime_expiration_cli.__main__ import main

sys.exit(main())
