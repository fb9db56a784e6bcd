"""Which addresses may be asked: public ones of the web, never this computer, its network or a cloud's own services."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tellapart.errors import AddressError

MAX_URL_CHARACTERS = 4000
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))
# Azure's and Oracle's metadata lie in public ranges; those of the other clouds are link-local or private
_NEVER = (
    ipaddress.ip_network("168.63.129.16/32"),
    ipaddress.ip_network("192.0.0.0/24"),
    ipaddress.ip_network("fec0::/10"),  # site-local: given up in 2004, and to Python as global as any other
)


@dataclass(frozen=True)
class AddressGuard:
    """Says no to addresses that lead away from the public web.

    may_be_local: let this computer itself be asked (127.0.0.1 and ::1), for servers that tests start. An argument
    and nothing else: no setting, file or variable reaches it.
    """

    may_be_local: bool = False

    def check_url(self, url: str) -> None:
        """Look at an address before its name is asked for.

        Raises:
            AddressError: it is not http(s), holds a password, is too long, or names an address that is not public.
        """
        if len(url) > MAX_URL_CHARACTERS:
            raise AddressError(
                f"an address of {len(url):,} characters; at most {MAX_URL_CHARACTERS:,} are allowed"
            )
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError as error:
            raise AddressError(f"not a web address ({error})") from error
        if parts.scheme not in ("http", "https"):
            raise AddressError(
                f"not a web address: it begins with {parts.scheme or url[:20]!r}, not http or https"
            )
        if not host or any(character.isspace() for character in url):
            raise AddressError("not a web address: it names no server")
        if parts.username is not None or parts.password is not None:
            raise AddressError("an address with a user name or password in it")
        try:
            ip = ipaddress.ip_address(host.partition("%")[0])
        except ValueError:
            return  # a name; what it stands for is checked where it is looked up
        self.check_ip(ip)

    def check_ip(self, ip: IPAddress) -> None:
        """Look at the number that a name stands for, just before it is connected to.

        Raises:
            AddressError: it is private, of this computer, link-local, multicast or otherwise not public.
        """
        meant = _meant(ip)
        if self.may_be_local and meant[0].is_loopback:
            return
        for one in meant:
            is_odd = one.is_multicast or one.is_reserved or any(one in net for net in _NEVER)
            if not one.is_global or is_odd:
                raise AddressError(f"it leads to {ip}, which is not a public web address")


def _meant(ip: IPAddress) -> list[IPAddress]:
    """The addresses that one stands for: IPv4 may hide inside IPv6, where routers unwrap it."""
    if isinstance(ip, ipaddress.IPv4Address):
        return [ip]
    if ip.ipv4_mapped is not None:
        return [ip.ipv4_mapped]
    if any(ip in network for network in _NAT64):
        return [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)]
    return [ip, *(one for one in (ip.sixtofour, *(ip.teredo or ())) if one is not None)]
