"""The documentation site: ``make docs`` builds it from the Markdown pages and the docstrings.

The source folder is the root of the repository, so that a link between two pages is the same file
name here and on GitHub.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / folder) for folder in ("docs/_extensions", "constructs", "lambda")]

project = "cdk-chime-expiration"
project_copyright = ""
language = "en"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "site_accessibility",
    "site_diagrams",
    "site_navigation",
    "site_signatures",
]

root_doc = "README"
include_patterns = ["*.md", "docs/*.md", "examples/*/README.md", "bench/NOTES.md"]
# Sphinx follows links to folders: without these, it would read every installed package.
exclude_patterns = [".*", "node_modules", "*.out", "dist", "tests"]

# The anchors of headings that GitHub makes.
myst_heading_anchors = 4
myst_fence_as_directive = ["mermaid"]
myst_links_external_new_tab = False

autoclass_content = "both"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80

html_theme = "furo"
html_title = "cdk-chime-expiration"
html_static_path = [
    "_static",
    "../node_modules/@mermaid-js/tiny/dist",
    "../node_modules/@mermaid-js/tiny/LICENSE",
]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_search_scorer = str(ROOT / "docs" / "_extensions" / "scorer.js")
html_copy_source = False
html_use_index = False
html_domain_indices = False
html_show_sphinx = False
html_show_copyright = False
html_permalinks_icon = "#"
# The entrance of a web server, and of a folder.
templates_path = ["_templates"]
html_additional_pages = {"index": "index.html"}
