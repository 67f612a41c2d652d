"""Renders a page as HTML that loads nothing."""

import base64
import hashlib
from collections.abc import Iterable
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from chime_expiration_cli.page.chart import charts
from chime_expiration_cli.page.model import Page
from chime_expiration_cli.visible import visible

_PROBLEMS_SHOWN = 20


def render(page: Page) -> str:
    """The document. Ids and messages come from others: each is escaped."""
    environment = Environment(
        loader=PackageLoader(__package__, package_path=""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["grouped"] = "{:,}".format
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    script = files(__package__).joinpath("page.js").read_text(encoding="utf-8")
    return environment.get_template("page.html.jinja").render(
        page=page,
        charts={name: Markup(svg) for name, svg in charts(page.calendar).items()},
        problems_shown=_PROBLEMS_SHOWN,
        style=Markup(style),
        script=Markup(script),
        policy=_security_policy([style], [script]),
    )


def _visible(value: object) -> object:
    # The charts and the style sheet are Markup, and of this package.
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _security_policy(styles: Iterable[str], scripts: Iterable[str]) -> str:
    """The Content-Security-Policy: the page may not ask for anything."""
    directives = {
        "default-src": ["'none'"],
        # A browser asks a server for an icon unless the page has one.
        "img-src": ["data:"],
        "style-src": map(_hash, styles),
        "script-src": map(_hash, scripts),
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
