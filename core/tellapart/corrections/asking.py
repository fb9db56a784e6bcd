"""What an app asks its visitors for: whether they may say that an answer is wrong, and what they agree to by that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from tellapart.errors import CorrectionError
from tellapart.safe_text import harmless

CONSENT = (
    "Whoever shares this app keeps what you send, this picture and what you say of it, to improve the app. Your name "
    "and address are not kept, nor what the file says of place, time and camera. Send only pictures that you may pass "
    "on, and none that show people who have not agreed."
)
THANKS = "Thank you. A person will look at it before anything is learned from it."
MAX_CONSENT, MAX_ADDRESS = 1000, 300
MAX_TEXT = 200  # of a visitor's own words
ROUTE = "/corrections"
# By which a service knows its owner: what a request carries, and where the key is put on either side.
KEY_HEADER, KEY_VARIABLE = "X-API-Key", "TELLAPART_API_KEY"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[::1\]")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]*)*")


@dataclass(frozen=True)
class Asking:
    """is_on: whether visitors are asked at all. consent: what they read before they send, at most 1,000 characters.
    address: where corrections are posted, https or of this very computer; "" where they are kept beside the app, or
    saved by the visitor.

    Raises:
        CorrectionError: the text is too long, or the address may not be used.
    """

    is_on: bool = False
    consent: str = CONSENT
    address: str = ""

    def __post_init__(self) -> None:
        text = self.consent.strip()
        if len(text) > MAX_CONSENT:
            raise CorrectionError(
                f"The text that visitors agree to has {len(text):,} characters; at most {MAX_CONSENT:,} fit. "
                "Shorten it."
            )
        object.__setattr__(self, "consent", "\n".join(map(harmless, text.splitlines())) or CONSENT)
        object.__setattr__(self, "address", checked_address(self.address))

    @property
    def version(self) -> str:
        """Of the text that visitors agree to: 12 hex digits that change with it."""
        return sha256(self.consent.encode()).hexdigest()[:12]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, see `from_json`."""
        return {"is_on": self.is_on, "consent": self.consent, "address": self.address}

    @classmethod
    def from_json(cls, kept: object) -> Asking:
        """What `to_json` gave; off, with the usual text, where it is anything else."""
        if not isinstance(kept, Mapping):
            return cls()
        is_on, consent, address = (
            kept.get(name, usual) for name, usual in (("is_on", False), ("consent", ""), ("address", ""))
        )
        if not (isinstance(is_on, bool) and isinstance(consent, str) and isinstance(address, str)):
            return cls()
        try:
            return cls(is_on, consent, address)
        except CorrectionError:
            return cls()


def checked_address(address: str) -> str:
    """The address of a service that takes corrections, whole; "" for "".

    Raises:
        CorrectionError: it is neither https nor of this computer, or holds more than a host, a port and a path.
    """
    address = address.strip()
    if not address:
        return ""
    try:
        parts = urlsplit(address)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise _refused(address) from None
    shown = f"[{host}]" if ":" in host else host
    is_near = parts.scheme == "http" and host in _LOOPBACK
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment or "?" in address)
    if not (
        is_plain
        and len(address) <= MAX_ADDRESS
        and (parts.scheme == "https" or is_near)
        and _HOST.fullmatch(shown)
        and _PATH.fullmatch(parts.path)
    ):
        raise _refused(address)
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path or ROUTE}"


def _refused(address: str) -> CorrectionError:
    return CorrectionError(
        f"Corrections cannot be sent to {harmless(address[:100])!r}. Give the address of your own service, such as "
        "https://example.org/corrections; http is for this computer alone."
    )
