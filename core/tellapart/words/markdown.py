"""Text of strangers inside our Markdown files: shown as it is, never as a heading, a link, a table cell or HTML."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, urlsplit

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~:@$])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # not every Markdown knows "\\<"
_START = re.compile(r"^(?:([-=])|(\d+)\.(?=\s|$))")
_MAX_URL = 2_000
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9/_.~-]*")  # most are, and need no second look


def plain(text: str) -> str:
    """Text that Markdown and HTML leave as it is, on one line, without control or direction characters."""
    if not text.isprintable():
        # Cf holds the characters that turn the reading direction, and the joiners that some scripts and emoji need
        text = "".join(
            one if unicodedata.category(one) not in ("Cc", "Cf", "Cs") or one in "\u200c\u200d" else " "
            for one in text
        )
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split())).translate(_ENTITIES)
    # a bare address would become a link by itself
    escaped = re.sub(r"(?i)\bwww\.", r"www\\.", escaped)
    return _START.sub(lambda match: f"\\{match[1]}" if match[1] else f"{match[2]}\\.", escaped)


def link(text: str, url: str | None) -> str:
    """The text as a link where the address is one of the web; otherwise the text alone."""
    url = web_address(url)
    return f"[{plain(text)}](<{url}>)" if url else plain(text)


def web_address(url: str | None) -> str | None:
    """The address, fit for a link, when it is http or https with a host and without a user name; else None."""
    if not url or len(url) > _MAX_URL:
        return None
    if _PLAIN_ADDRESS.fullmatch(url):
        return url
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or "@" in parts.netloc:
        return None
    return quote(parts.geturl(), safe="%/:?#[]@!$&*+,;=~-._")
