"""What the Share page says about publishing. Everything that came from outside is escaped here."""

from __future__ import annotations

import html
from base64 import b64encode
from pathlib import Path

from tellapart.deploy.voila.repository import Repository, new_repository_address, suggested_name

from tellapart_dashboards.app.public.visiting import this_computer
from tellapart_dashboards.pages.share.publishing import PublishFacts
from tellapart_dashboards.pages.share.state import ShareState

LEAD = (
    "<h2>Publish it</h2>"
    '<p class="ta-soft">The app becomes a repository on GitHub, which everybody can read, and mybinder.org opens it '
    "for anyone who has the link.</p>"
)
_TOKENS = "https://github.com/settings/tokens"


def token_html(facts: PublishFacts) -> str:
    """Where a token comes from, and what happens to it."""
    if facts.has_git is False:
        return (
            f'<p class="ta-warning">git is not installed on {html.escape(this_computer())}, so this page cannot '
            "publish. Install it (git-scm.com/downloads), or go by the five steps below.</p>"
        )
    if facts.has_token:
        return '<p class="ta-soft">This computer has a token for GitHub already: leave the field empty to use it.</p>'
    return (
        f'<p class="ta-soft">Make a token at {_link(_TOKENS)}, with the box public_repo. It is used once and kept '
        "nowhere.</p>"
    )


def publish_label(facts: PublishFacts) -> str:
    """What stands on the button."""
    return "Create the repository" if facts.repository is None else "Publish it again"


def published_html(repository: Repository, qr: str) -> str:
    """Where it is, and the link as a code."""
    code = b64encode(qr.encode()).decode()
    picture = (
        f'<img class="ta-qr" alt="QR code of the link" src="data:image/svg+xml;base64,{code}">' if qr else ""
    )
    return (
        f"<h3>It is published</h3><p>{_link(repository.address)}</p>{picture}"
        '<p class="ta-soft">This link opens the app. The first visitor waits some minutes while mybinder.org builds '
        "it; open it once yourself.</p>"
    )


def steps_html(state: ShareState, app: Path | None) -> str:
    """The way by hand, with everything filled in that is known."""
    settings = state.settings
    owner, _, name = settings.repository.partition("/")
    name = name or suggested_name(settings.appearance.title)
    place = Repository(owner or "YOUR-NAME", name)
    here = f"<code>{html.escape(str(app))}</code>" if app is not None else "the app's folder, once it is made"
    steps = (
        f"Sign in at GitHub and make a public repository: {_link(new_repository_address(name))}. Its name is filled "
        "in.",
        f"On its page choose “uploading an existing file”, drop everything that is in {here}, and press "
        "“Commit changes”.",
        f"Your link is <code>{html.escape(place.binder)}</code>"
        + ("" if owner else ", with your GitHub name instead of YOUR-NAME")
        + ". Open it once and wait: mybinder.org builds the app, which takes some minutes the first time.",
        "Try a picture, then send the link to anyone. A page that nobody touches for ten minutes ends; the link opens "
        "a new one.",
        "To have the link in the app's README.md as well, write owner/name above and make the app again.",
    )
    return f'<ol class="ta-by-hand">{"".join(f"<li>{step}</li>" for step in steps)}</ol>'


def _link(address: str) -> str:
    shown = html.escape(address)
    return f'<a href="{shown}" target="_blank" rel="noopener noreferrer">{shown.removeprefix("https://")}</a>'
