"""Mermaid diagrams, which GitHub draws by itself. Here, Mermaid in the site draws them."""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

SCRIPTS = ("mermaid.tiny.js", "diagrams.js")


class Mermaid(SphinxDirective):
    """The fence ``mermaid`` of Markdown."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        source = nodes.literal_block("", "\n".join(self.content), language="none")
        return [nodes.container("", source, classes=["diagram"])]


def add_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if doctree and any("diagram" in each["classes"] for each in doctree.findall(nodes.container)):
        for script in SCRIPTS:
            app.add_js_file(script)


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("mermaid", Mermaid)
    app.connect("html-page-context", add_scripts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
