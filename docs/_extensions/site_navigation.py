"""Which page is below which. The pages do not say it themselves: GitHub would show it as code."""

from typing import Any

from sphinx.application import Sphinx

CHILDREN = {
    "README": {
        "Use": {
            "docs/one-user": "One user",
            "docs/policy": "A whole AppInstance",
            "docs/guests": "Guests in a chat application",
            "docs/choosing": "Which one to use",
            "docs/pipelines": "Pipelines",
            "docs/snapshot-tests": "Snapshot tests",
        },
        "Run": {"docs/operating": "Operate", "docs/messages": "Messages"},
        "Understand": {
            "docs/how-it-works": "How it works",
            "docs/api": "API",
            "docs/bench": "Benchmark",
            "docs/proof": "Proof on an account",
        },
        "Project": {
            "CHANGELOG": "Changelog",
            "SECURITY": "Security",
            "CONTRIBUTING": "Contributing",
        },
    },
    "docs/operating": {
        "": {
            "docs/command-line": "Command line",
            "docs/plan": "plan",
            "docs/status": "status",
            "docs/status-json": "status --json",
            "docs/repair": "repair",
        }
    },
    "docs/pipelines": {
        "": {
            "examples/pipeline/README": "CDK Pipelines",
            "examples/github-actions/README": "GitHub Actions",
        }
    },
    "docs/bench": {"": {"bench/NOTES": "Notes"}},
}


def add_children(app: Sphinx, page: str, source: list[str]) -> None:
    for caption, children in CHILDREN.get(page, {}).items():
        options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
        found = [
            f"{title} </{child}>"
            for child, title in children.items()
            if child in app.project.docnames
        ]
        source[0] += "\n".join(["", "", "```{toctree}", *options, "", *found, "```", ""])


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("source-read", add_children)
    return {"parallel_read_safe": True}
