"""`python -m tellapart_dashboards --project DIR`: the studio in a browser. A command, so it prints."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tellapart.errors import TellapartError
from tellapart.safe_text import harmless

from tellapart_dashboards.app import launcher
from tellapart_dashboards.app.public import studio as public_studio
from tellapart_dashboards.app.public.passwords import hashed_password
from tellapart_dashboards.app.public.visiting import Quotas

# Option -> field of `Quotas`, and what it counts.
_QUOTAS = {
    "pages": ("n_pages", "pages open at once"),
    "pages_each": ("n_pages_each", "pages open at once, of one visitor"),
    "pictures": ("n_pictures", "pictures in one project"),
    "megabytes": ("n_megabytes", "megabytes of pictures in one project"),
    "visitors": ("n_visitors", "visitors who get a project"),
    "idle_s": ("idle_s", "seconds until a page that nobody touches ends"),
}
_FOR_OTHERS = ("root", "host", "password_file", "certificate", "private_key", *_QUOTAS)


def main(argv: list[str] | None = None) -> int:
    """0 when the studio was closed in the ordinary way, 2 when it could not start (the sentence says why)."""
    arguments = _parser().parse_args(argv)
    try:
        launcher.check_studio_is_installed()
        studio, what = (_public if arguments.is_public else _own)(arguments)
        studio.lives_with = arguments.lives_with

        def announce(url: str) -> None:
            print(f"{what} is at {url} (stop it with Ctrl+C)", flush=True)  # noqa: T201
            if not arguments.no_browser and not arguments.is_public:
                launcher.open_browser(studio)

        return studio.serve(announce)
    except TellapartError as error:
        print(harmless(str(error)), file=sys.stderr)  # noqa: T201
        return 2


def _own(arguments: argparse.Namespace) -> tuple[launcher.Studio, str]:
    given = [name for name in _FOR_OTHERS if getattr(arguments, name) is not None]
    if given:
        option = given[0].replace("_", "-")
        raise launcher.LauncherError(f"--{option} is for a studio that is open to others. Add --public.")
    if arguments.is_sample and arguments.project is not None:
        raise launcher.LauncherError(
            "--sample opens the sample project, and --project another one. Give one of them."
        )
    project_dir = launcher.project_to_open(arguments.project, arguments.is_sample)
    studio = launcher.Studio(project_dir, arguments.port, page=arguments.page)
    return studio, f"The studio on {harmless(str(project_dir))}"


def _public(arguments: argparse.Namespace) -> tuple[launcher.Studio, str]:
    password = hashed_password(arguments.password_file)
    said = {field: getattr(arguments, option) for option, (field, _) in _QUOTAS.items()}
    quotas = Quotas(**{field: value for field, value in said.items() if value is not None})
    files = arguments.certificate, arguments.private_key
    if (files[0] is None) != (files[1] is None):
        raise launcher.LauncherError("A certificate needs its key, and the key its certificate: give both.")
    certificate = public_studio.Certificate(*files) if files[0] is not None else None
    visitors = public_studio.visitors_in(arguments.root, quotas)
    host = arguments.host or public_studio.ANYWHERE
    studio = public_studio.PublicStudio(visitors, arguments.port, password, host, certificate)
    if hint := public_studio.tls_hint(host, certificate):
        print(hint, file=sys.stderr)  # noqa: T201
    return studio, f"The studio for visitors in {harmless(str(visitors.root))}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tellapart_dashboards",
        description="Open the studio in a browser.",
        allow_abbrev=False,  # nobody takes --password for --password-file
    )
    parser.add_argument(
        "--project",
        type=Path,
        help="its folder, or its name in the projects folder; usually the one opened last",
    )
    parser.add_argument("--sample", dest="is_sample", action="store_true", help="open the sample project")
    parser.add_argument(
        "--port", type=int, default=8866, help="the next free one is taken when this one is busy"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--page", choices=sorted(launcher.PAGES), default="studio", help="which page to open")
    parser.add_argument(
        "--public", dest="is_public", action="store_true", help="open to others, by a password"
    )
    parser.add_argument("--lives-with", type=int, metavar="PID", help="a process with which it ends")
    public = parser.add_argument_group("for others")
    public.add_argument("--root", type=Path, help="their projects")
    public.add_argument("--host", help="the address to listen on")
    public.add_argument(
        "--password-file", type=Path, help="its first line is the password, or the hash of it"
    )
    public.add_argument("--certificate", type=Path, help="for TLS")
    public.add_argument("--private-key", type=Path, help="of the certificate")
    for option, (field, what) in _QUOTAS.items():
        usual = getattr(Quotas, field)
        name = f"--{option.replace('_', '-')}"
        public.add_argument(name, type=_at_least_one, help=f"{what} (usually {usual})")
    return parser


def _at_least_one(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"{value} is below 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
