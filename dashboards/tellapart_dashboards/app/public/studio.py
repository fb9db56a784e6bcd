"""A studio that others can open: Voila behind a password, with a project for each who signs in."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tellapart_dashboards.app.launcher import LauncherError, Studio, reached_at
from tellapart_dashboards.app.public.visiting import Quotas, Visitors

ANYWHERE = "0.0.0.0"  # what the word public means
KNOWN_DAYS = 365  # browsers keep no cookie longer than 400


@dataclass(frozen=True)
class Certificate:
    """Files for TLS. key: its private key."""

    file: Path
    key: Path


class PublicStudio(Studio):
    """One Voila server for visitors. host: the address to listen on. hashed_password: see `hashed_password`."""

    has_password = True

    def __init__(
        self,
        visitors: Visitors,
        port: int,
        hashed_password: str,
        host: str = ANYWHERE,
        certificate: Certificate | None = None,
    ) -> None:
        super().__init__(visitors.root, port, token="")
        self.visitors, self.host, self.certificate = visitors, host, certificate
        self._hashed_password = hashed_password
        self._secret = visitors.cookie_secret()
        if certificate is not None:
            self._check(certificate)

    @property
    def url(self) -> str:
        """Where this computer itself opens it."""
        place = f"[{reached_at(self.host)}]" if ":" in self.host else reached_at(self.host)
        return f"{'https' if self.certificate else 'http'}://{place}:{self.port}/"

    def config(self) -> dict[str, dict[str, Any]]:
        """Voila's settings, for visitors."""
        config, quotas = super().config(), self.visitors.quotas
        config["Voila"].update(
            ip=self.host,
            cookie_secret=self._secret,
            identity_provider_class="tellapart_dashboards.app.public.server.OnePassword",
        )
        config["Voila"]["tornado_settings"]["allow_remote_access"] = True
        if self.certificate is not None:
            config["PublicServer"] = {
                "certificate": str(self.certificate.file),
                "private_key": str(self.certificate.key),
            }
        config["PasswordIdentityProvider"] = {"hashed_password": self._hashed_password}
        # the cookie is all that leads a visitor to the project, and usually ends after a month
        config["IdentityProvider"]["cookie_options"]["expires_days"] = KNOWN_DAYS
        config["IdentityProvider"]["get_secure_cookie_kwargs"] = {"max_age_days": KNOWN_DAYS}
        voila = config["VoilaConfiguration"]
        voila["multi_kernel_manager_class"] = "tellapart_dashboards.app.public.server.VisitorKernels"
        voila["resources"]["ends_after_min"] = _in_words(quotas.idle_s)
        config["LimitedKernels"] = {"max_kernels": quotas.n_pages}
        config["VisitorKernels"] = {"max_each": quotas.n_pages_each}
        # An open page that nobody touches ends too: on a computer that many share, its memory is somebody else's.
        config["MappingKernelManager"] = {
            "cull_idle_timeout": quotas.idle_s,
            "cull_interval": max(1, min(30, quotas.idle_s // 2)),
            "cull_connected": True,
        }
        return config

    def server(self) -> type[Any]:
        """The server for visitors, who are on its mind."""
        from tellapart_dashboards.app.public.server import PublicServer

        PublicServer.visitors = self.visitors
        return PublicServer

    def environment(self) -> dict[str, str]:
        """Without a project: each visitor's page is told its own."""
        found = super().environment()
        return {name: value for name, value in found.items() if name == "JUPYTER_PATH"}

    def _check(self, certificate: Certificate) -> None:
        from tellapart_dashboards.app.public.server import tls

        try:
            tls(certificate.file, certificate.key)
        except (OSError, ssl.SSLError) as error:
            raise LauncherError(
                f"The certificate {certificate.file} and the key {certificate.key} cannot be used ({error})."
            ) from error


def tls_hint(host: str, certificate: Certificate | None) -> str:
    """What to say of a server whose words travel readable; "" for one whose do not."""
    if certificate is not None or host in ("127.0.0.1", "::1", "localhost"):
        return ""
    return (
        "The password and the pictures travel readable for everybody on the way. Give it a certificate (--certificate, "
        "--private-key), or let it listen on 127.0.0.1 (--host) behind a server that speaks TLS."
    )


def _in_words(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} seconds"
    return f"{seconds // 60} minutes"


def visitors_in(root: Path | None, quotas: Quotas) -> Visitors:
    """The visitors whose projects lie there; below the home folder unless it is given.

    Raises:
        LauncherError: nobody knows where that is.
    """
    try:
        return Visitors((root or Path("~/tellapart-projects/visitors")).expanduser().absolute(), quotas)
    except RuntimeError as error:
        said = f"--root is {str(root)!r}, but nobody on this computer has the name after ~" if root else ""
        said = said or "Nobody knows where the visitors' projects belong, since this user has no home folder"
        raise LauncherError(f"{said}. Set --root to the full path of a folder.") from error
