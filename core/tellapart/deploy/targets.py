"""The kinds of apps, by name: for the command line and the Share page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tellapart.deploy.api.export import export_api
from tellapart.deploy.html.export import export_html
from tellapart.deploy.space.export import export_space
from tellapart.deploy.voila.export import export_voila


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
            ("corrections", "examples", "runtime", "service_worker"),
        ),
        Target(
            "voila",
            "which-leaf",
            "a repository that mybinder.org opens as an app, so that a link is enough",
            "Its README.md says in five steps how it becomes a link. To open it here: cd OUT, then: voila .",
            export_voila,
            ("examples", "repository", "corrections"),
        ),
        Target(
            "api",
            "app-service",
            "a service that other programs ask over HTTP, in a container or without one",
            "Its README.md says how to start it, with Docker or with Python alone.",
            export_api,
            ("corrections",),
        ),
        Target(
            "space",
            "app-space",
            "a folder for Hugging Face Spaces",
            "Its README.md says how to put it there; start it here with: python app.py",
            export_space,
            ("corrections",),
        ),
    )
}
