"""What an app is called, says and looks like: chosen by the person who shares it, checked for every export."""

from __future__ import annotations

from dataclasses import dataclass

from tellapart.deploy.accent import DEFAULT_ACCENT, accent_css
from tellapart.errors import DeployError
from tellapart.safe_text import harmless

TITLE = "What is in the picture?"
MAX_TITLE, MAX_ABOUT = 120, 2000
MOST_EXAMPLES = 12  # pictures that visitors may try


@dataclass(frozen=True)
class Appearance:
    """title: above the app, one line of at most 120 characters; "" for the usual one. about: a few sentences below it
    and in its "About", at most 2,000 characters; "" for the list of classes. accent: colour of buttons and bars, as six
    hex digits; an export darkens or lightens it where it could not be read.

    Texts are stripped and lose characters that could deceive a reader; none of them is HTML: exports escape them.

    Raises:
        DeployError: a text is too long, or accent is no colour.
    """

    title: str = TITLE
    about: str = ""
    accent: str = DEFAULT_ACCENT

    def __post_init__(self) -> None:
        title = _short(self.title, "title", MAX_TITLE).replace("\n", " ")
        object.__setattr__(self, "title", title or TITLE)
        object.__setattr__(self, "about", _short(self.about, "text about it", MAX_ABOUT))
        accent_css(self.accent)


def _short(text: str, what: str, most: int) -> str:
    if len(text) > most:
        raise DeployError(f"The {what} has {len(text):,} characters; at most {most:,} fit. Shorten it.")
    return "\n".join(harmless(line) for line in text.strip().splitlines())
