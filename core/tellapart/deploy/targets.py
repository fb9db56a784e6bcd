"""The kinds of apps, by name: for the command line and the Share page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tellapart.deploy.html.export import export_html


@dataclass(frozen=True)
class Target:
    """One kind of app. out: an example of a name; text: what it is, in a few words; then: what to do with it.

    export: takes the bundle's folder, OUT and an `Appearance`, and `force` and `progress` by name; gives what it made.
    takes: what else it takes by name.
    """

    name: str
    out: str
    text: str
    then: str
    export: Callable[..., Path]
    takes: tuple[str, ...] = ()


TARGETS = {
    one.name: one
    for one in (
        Target(
            "html",
            "app.html",
            "one web page that works without the internet",
            "Open it in a browser, send it, or put it on any web server; pictures never leave the visitor's device.",
            export_html,
            ("runtime",),
        ),
    )
}
