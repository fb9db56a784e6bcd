"""Where apps are published: the addresses of the service, which a test or a company's own server may replace."""

from __future__ import annotations

from dataclasses import dataclass, field

from tellapart.web.addresses import AddressGuard


@dataclass(frozen=True)
class Services:
    """api: of the service's own interface. git: below which repositories are pushed. guard: which addresses may be
    asked."""

    api: str = "https://api.github.com"
    git: str = "https://github.com"
    guard: AddressGuard = field(default_factory=AddressGuard)


GITHUB = Services()
