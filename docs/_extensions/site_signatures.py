"""The signatures of the API reference, as a user writes a call."""

import inspect
from enum import Enum
from typing import Any

from sphinx.application import Sphinx
from sphinx.util.inspect import stringify_signature


def signature_of(
    app: Sphinx, kind: str, name: str, documented: Any, options: Any, arguments: str, result: str
) -> tuple[str, str | None] | None:
    if kind != "class":
        return None
    if issubclass(documented, Enum):
        return "", None
    # The metaclass of jsii takes any arguments. What counts are those of __init__, without self.
    signature = inspect.signature(documented.__init__)
    parameters = list(signature.parameters.values())[1:]
    shown = signature.replace(parameters=parameters)
    text = stringify_signature(shown, show_return_annotation=False, unqualified_typehints=True)
    return text, None


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("autodoc-process-signature", signature_of)
    return {"parallel_read_safe": True}
