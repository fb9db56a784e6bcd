"""Where an app lies on GitHub, and the links that open it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from tellapart.errors import DeployError

APP_PATH = "voila/render/app.ipynb"
BINDER, GITHUB = "https://mybinder.org", "https://github.com"
_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,100}")
_MAX_SLUG = 40


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub.

    Raises:
        DeployError: GitHub has no such names.
    """

    owner: str
    name: str

    def __post_init__(self) -> None:
        is_name = (
            _NAME.fullmatch(self.name) and self.name.strip(".") and not self.name.lower().endswith(".git")
        )
        if not (_OWNER.fullmatch(self.owner) and is_name):
            raise DeployError(
                f"{f'{self.owner}/{self.name}'[:80]!r} is no repository on GitHub. Write it as OWNER/NAME, for "
                "instance maria/which-leaf."
            )

    def __str__(self) -> str:
        """Owner and name, with a slash between."""
        return f"{self.owner}/{self.name}"

    @property
    def address(self) -> str:
        """Of its page on GitHub."""
        return f"{GITHUB}/{self.owner}/{self.name}"

    @property
    def binder(self) -> str:
        """The link that opens the app on mybinder.org."""
        return f"{BINDER}/v2/gh/{self.owner}/{self.name}/HEAD?urlpath={quote(APP_PATH, safe='')}"

    @property
    def codespaces(self) -> str:
        """The link that opens it in GitHub Codespaces."""
        return f"https://codespaces.new/{self.owner}/{self.name}"

    @property
    def badges(self) -> str:
        """Both links as pictures, in Markdown."""
        return (
            f"[![Open the app on mybinder.org]({BINDER}/badge_logo.svg)]({self.binder}) "
            f"[![Open it in GitHub Codespaces]({GITHUB}/codespaces/badge.svg)]({self.codespaces})"
        )


def parsed(text: str) -> Repository:
    """The repository of "OWNER/NAME".

    Raises:
        DeployError: it is none.
    """
    owner, _, name = text.strip().partition("/")
    return Repository(owner, name)


def names(app: Path, repository: Repository) -> bool:
    """Whether the README.md of an app's folder has the links of that repository."""
    try:
        return repository.binder in (app / "README.md").read_text("utf-8", errors="replace")
    except OSError:
        return False


def suggested_name(title: str) -> str:
    """A name for the repository of an app, made of the letters and digits in its title."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", plain))[:_MAX_SLUG].strip("-")
    return slug or "classifier-app"


def new_repository_address(name: str) -> str:
    """GitHub's page for a new public repository, with the name filled in."""
    return f"{GITHUB}/new?{urlencode({'name': name, 'visibility': 'public'})}"
