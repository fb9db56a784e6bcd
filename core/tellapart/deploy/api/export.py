"""export_api: one bundle as a folder that answers over HTTP, ready for Docker, Podman or plain Python."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from tellapart import atomic_files
from tellapart.corrections.asking import Asking
from tellapart.deploy.app_contents import (
    BUNDLE,
    our_software,
    prove,
    write_bundle_of_app,
    write_files,
    write_wheel,
)
from tellapart.deploy.app_folder import new_app_folder
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.facts import kinds
from tellapart.deploy.hosts import host_of
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.words.markdown import plain

TARGET = "api"
NEEDED = host_of(TARGET).installs
_PIN = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


def export_api(
    bundle_dir: Path | str,
    out: Path | str,
    appearance: Appearance | None = None,
    *,
    corrections: Asking | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Path:
    """A new folder at `out` with a bundle, the program and all that a container needs to answer over HTTP.

    Args:
        appearance: title and text of its page; the usual ones if None.
        corrections: whose text people agree to where the service takes corrections, which TELLAPART_CORRECTIONS says.
        force: replace an app that is there.
    Raises:
        BundleError: the bundle cannot be used; see `load_bundle`.
        DeployError: `out` is taken or cannot be written, or the finished app does not classify its golden pictures.
    """
    shown = appearance or Appearance()
    folder = Path(out).expanduser().absolute()
    with new_app_folder(folder, TARGET, force) as part:
        progress(0, 3, Doing(Step.PREPARING, "Checking the classifier"))
        bundle = write_bundle_of_app(part, Path(bundle_dir), _software())
        progress(1, 3, Doing(Step.WRITING, "Writing the service"))
        wheel = write_wheel(part, NEEDED)
        about = shown.about or kinds(bundle.classes)
        consent = (corrections or Asking()).consent
        atomic_files.write_json(
            part / "service.json", {"title": shown.title, "about": about, "consent": consent}
        )
        n_bytes = sum(path.stat().st_size for path in (part / BUNDLE).rglob("*") if path.is_file())
        blanks = {"title": plain(shown.title), "about": plain(about), "wheel": wheel}
        write_files(part, __package__, {**blanks, "bundle_mb": f"{n_bytes / 1e6:.0f}"})
        progress(2, 3, Doing(Step.PREPARING, "Classifying the golden pictures in the new folder"))
        prove(part, wheel)
    progress(3, 3, Doing(Step.WRITING, "Done"))
    return folder


def pins() -> dict[str, str]:
    """Package -> the version that the service is installed with and was tested with."""
    text = resources.files(__package__).joinpath("files", "requirements.txt.txt").read_text("utf-8")
    return dict(_PIN.findall(text))


def _software() -> list[str]:
    found = pins()
    names = ", ".join(f"{name} {found[name]}" for name in NEEDED)
    return [our_software(), f"Open source packages, each under its own licence: {names}"]
