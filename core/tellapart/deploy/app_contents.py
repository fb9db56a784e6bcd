"""What the folders of apps have in common: the bundle, the program, the papers, files with blanks, and the proof."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import tellapart
from tellapart import atomic_files
from tellapart.answering_process import NOT_FROM_HERE
from tellapart.deploy.facts import credits_text, model_card_text
from tellapart.deploy.program_wheel import program_wheel
from tellapart.errors import DeployError

if TYPE_CHECKING:
    from tellapart.bundle.loading import Bundle

BUNDLE = "bundle"
_BLANK = re.compile(r"\{\{(\w+)\}\}")
_SUFFIX = ".txt"  # of a file that is a template, so that nothing here takes it for a program of ours
_PATIENCE_S = 300
# Only what lies in the new folder may be imported as tellapart, and it must classify the golden pictures there.
_PROOF = f"""{NOT_FROM_HERE}
sys.path.insert(0, sys.argv[1])
from pathlib import Path
import tellapart
assert Path(tellapart.__file__).is_relative_to(sys.argv[1]), tellapart.__file__
from tellapart.bundle.loading import load_bundle
from tellapart.errors import TellapartError
try:
    load_bundle(Path(sys.argv[2]), is_own=True)
except TellapartError as error:
    sys.exit(f"it says: {{error}}")
"""


def write_bundle_of_app(folder: Path, bundle_dir: Path, software: Sequence[str]) -> Bundle:
    """A checked copy of the bundle in the app's folder, with its model card and credits beside it; the copy, loaded.

    software: lines for the list of the software in the app.

    Raises:
        BundleError: it cannot be used, or the disk does not take it.
    """
    from tellapart.bundle.loading import load_bundle  # half a second that a datasheet does without
    from tellapart.bundle.writer import copy_bundle

    bundle = load_bundle(copy_bundle(bundle_dir, folder / BUNDLE), is_own=True)
    atomic_files.write_bytes(folder / "MODEL_CARD.md", model_card_text(bundle).encode())
    atomic_files.write_bytes(folder / "CREDITS.md", credits_text(bundle, software).encode())
    return bundle


def write_wheel(folder: Path, requirements: Sequence[str]) -> str:
    """The program as a wheel in the app's folder; its file name. requirements: packages it needs there."""
    name, wheel = program_wheel(("tellapart",), requirements)
    atomic_files.write_bytes(folder / name, wheel)
    return name


def write_package(folder: Path) -> None:
    """The program as a package in the app's folder, for where no wheel of our own can be installed."""
    _, wheel = program_wheel(("tellapart",), ())
    with zipfile.ZipFile(io.BytesIO(wheel)) as program:
        program.extractall(folder, [name for name in program.namelist() if name.startswith("tellapart/")])


def write_files(folder: Path, package: str, blanks: Mapping[str, str]) -> None:
    """The files below `files/` of a package, without their ending .txt and with every {{blank}} filled in.

    A blank is filled as it is: what a person wrote must be escaped for the file's language before.

    Raises:
        KeyError: a file has a blank that is not given.
    """
    root = resources.files(package).joinpath("files")
    with resources.as_file(root) as files:
        for path in sorted(files.rglob(f"*{_SUFFIX}")):
            target = folder / path.relative_to(files).with_suffix("")
            target.parent.mkdir(parents=True, exist_ok=True)
            text = _BLANK.sub(lambda found: blanks[found[1]], path.read_text("utf-8"))
            atomic_files.write_bytes(target, text.encode())
            if target.suffix == ".sh" or text.startswith("#!"):
                target.chmod(0o755)


def prove(folder: Path, wheel: str = "") -> None:
    """Nothing, once the program in the app's folder has classified the golden pictures of the app's bundle.

    wheel: file name of the program; "" where it lies there as a package.

    Raises:
        DeployError: it does not.
    """
    with tempfile.TemporaryDirectory(prefix="tellapart-proof-") as place:
        program = folder
        if wheel:
            program = Path(place) / "program"
            zipfile.ZipFile(folder / wheel).extractall(program)
        try:
            done = subprocess.run(
                [sys.executable, "-c", _PROOF, str(program.resolve()), str(folder / BUNDLE)],
                cwd=place, env={**os.environ, "TELLAPART_CACHE": place, "PYTHONDONTWRITEBYTECODE": "1"},
                stdin=subprocess.DEVNULL, capture_output=True, text=True, encoding="utf-8", errors="replace",
                timeout=_PATIENCE_S, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise DeployError(
                f"The app was made, but did not classify its golden pictures within {_PATIENCE_S:.0f} s. It is not "
                "handed over. Close other programs, then export again."
            ) from error
    if done.returncode:
        last_words = done.stderr.strip().rpartition("\n")[2][:300] or f"it ended with {done.returncode}"
        raise DeployError(
            f"The app was made, but does not classify its golden pictures: {last_words}. It is not handed over. "
            "Run tellapart doctor, then export again."
        )


def our_software() -> str:
    """The line of the program itself, for the list of the software in an app."""
    return f"The app itself: tellapart {tellapart.__version__}, licence Apache-2.0"
