"""What a service allows: limits of bytes, count and time, who may ask, and what it says of itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tellapart.corrections.asking import CONSENT, KEY_VARIABLE
from tellapart.errors import ServiceError

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
HOSTS_VARIABLE, ORIGINS_VARIABLE, CORRECTIONS_VARIABLE = (
    "TELLAPART_ALLOWED_HOSTS",
    "TELLAPART_ALLOWED_ORIGINS",
    "TELLAPART_CORRECTIONS",
)
_MIN_KEY_LENGTH = 16


@dataclass(frozen=True)
class Limits:
    """What one request, and all of them together, may take.

    picture_bytes, request_bytes, n_pictures: of one request. n_waiting: requests that are read or answered at once;
    the next ones are asked to come back. held_bytes: of all bodies in memory at once. header_s, body_s: how long the
    headers, and the body, may take to come; a body has a second more for each slowest_bytes that came. answer_s: until
    a request is given up. stop_s: for what is being answered when the service is to stop.
    """

    picture_bytes: int = 20 * 2**20
    request_bytes: int = 64 * 2**20
    n_pictures: int = 50
    n_waiting: int = 64
    held_bytes: int = 256 * 2**20
    header_s: float = 10.0
    body_s: float = 10.0
    slowest_bytes: int = 64 * 2**10
    answer_s: float = 60.0
    stop_s: float = 30.0


@dataclass(frozen=True)
class Settings:
    """How a service behaves. hosts: names it answers to, without a port, "*" for any; origins: of pages on other hosts
    whose scripts may ask, such as "https://example.org", "*" for any; key: "" where anybody may ask. title, about:
    plain text for its page. corrections: the folder that visitors' corrections are kept in, None where none are taken;
    consent: what visitors agree to by sending one.

    Raises:
        ServiceError: the key is so short that it could be guessed.
    """

    limits: Limits = Limits()
    hosts: tuple[str, ...] = LOCAL_HOSTS
    origins: tuple[str, ...] = ()
    key: str = field(default="", repr=False)
    title: str = "What is in the picture?"
    about: str = ""
    corrections: Path | None = None
    consent: str = CONSENT

    def __post_init__(self) -> None:
        if self.key and len(self.key) < _MIN_KEY_LENGTH:
            raise ServiceError(
                f"The key in {KEY_VARIABLE} has {len(self.key)} characters; at least {_MIN_KEY_LENGTH} are needed so "
                'that nobody guesses it. Make one: python -c "import secrets; print(secrets.token_urlsafe())"'
            )


def settings_from(
    environment: Mapping[str, str] = os.environ,
    hosts: Iterable[str] = (),
    limits: Limits = Limits(),  # frozen
    title: str = Settings.title,
    about: str = "",
    corrections: Path | None = None,
    consent: str = CONSENT,
) -> Settings:
    """Settings with what the environment says of key, hosts, origins and corrections. hosts: more of them.

    Raises:
        ServiceError: the key is too short.
    """
    allowed = (*LOCAL_HOSTS, *_listed(environment.get(HOSTS_VARIABLE, "")), *(one.lower() for one in hosts))
    origins = tuple(_listed(environment.get(ORIGINS_VARIABLE, "")))
    if corrections is None and environment.get(CORRECTIONS_VARIABLE):
        corrections = Path(environment[CORRECTIONS_VARIABLE])
    folder = None if corrections is None else corrections.expanduser().absolute()
    return Settings(
        limits, allowed, origins, environment.get(KEY_VARIABLE, ""), title, about, folder, consent
    )


def _listed(text: str) -> list[str]:
    return [one.strip().lower().rstrip("/") for one in text.split(",") if one.strip()]
