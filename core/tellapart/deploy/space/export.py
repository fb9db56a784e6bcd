"""export_space: one bundle as a folder for Hugging Face Spaces."""

from __future__ import annotations

from pathlib import Path

from tellapart import atomic_files
from tellapart.corrections.asking import Asking
from tellapart.deploy.app_contents import (
    BUNDLE,
    our_software,
    prove,
    write_bundle_of_app,
    write_files,
    write_package,
)
from tellapart.deploy.app_folder import new_app_folder
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.facts import kinds
from tellapart.deploy.space.card import GRADIO, card
from tellapart.errors import DeployError
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.words.markdown import plain

TARGET = "space"
_NONE_OF_THESE = "**None of these**: it is unlike all pictures that this classifier has learned from."


def export_space(
    bundle_dir: Path | str,
    out: Path | str,
    appearance: Appearance | None = None,
    *,
    corrections: Asking | None = None,
    force: bool = False,
    progress: Progress = silent,
) -> Path:
    """A new folder at `out` that is a Space as it is: its card, its app on Gradio, the bundle and the program.

    The program lies there as a package, not as a wheel: a Space installs what requirements.txt lists before its other
    files are there.

    Args:
        appearance: title, text and colour; the usual ones if None.
        corrections: whether visitors may say that an answer is wrong, and the address to which that goes.
        force: replace an app that is there.
    Raises:
        BundleError: the bundle cannot be used; see `load_bundle`.
        DeployError: corrections are asked for without an address. `out` is taken or cannot be written, or the finished
            app does not classify its golden pictures.
    """
    shown = appearance or Appearance()
    folder = Path(out).expanduser().absolute()
    asking = corrections or Asking()
    if asking.is_on and not asking.address:
        raise DeployError(
            "A Space keeps no files, so what its visitors say would be lost. Give the address of your own service that "
            "takes corrections (--corrections-to), or do not ask them."
        )
    with new_app_folder(folder, TARGET, force) as part:
        progress(0, 3, Doing(Step.PREPARING, "Checking the classifier"))
        bundle = write_bundle_of_app(
            part, Path(bundle_dir), [our_software(), f"Gradio {GRADIO}, licence Apache-2.0"]
        )
        progress(1, 3, Doing(Step.WRITING, "Writing the Space"))
        write_package(part)
        about = shown.about or kinds(bundle.classes)
        head = f"# {plain(shown.title)}\n\n{_paragraphs(about)}"
        papers = [(part / name).read_text("utf-8") for name in ("MODEL_CARD.md", "CREDITS.md")]
        texts = {
            "title": shown.title,
            "head": head,
            "none": _NONE_OF_THESE,
            "foot": "\n\n".join(papers),
            "corrections": asking.to_json(),
            "examples": [f"{BUNDLE}/{golden.file}" for golden in bundle.golden],
        }
        atomic_files.write_json(part / "app.json", texts)
        write_files(
            part,
            __package__,
            {"card": card(shown.title, about, shown.accent), "head": head, "gradio": GRADIO},
        )
        progress(2, 3, Doing(Step.PREPARING, "Classifying the golden pictures in the new folder"))
        prove(part)
    progress(3, 3, Doing(Step.WRITING, "Done"))
    return folder


def _paragraphs(text: str) -> str:
    return "\n\n".join(plain(line) for line in text.split("\n") if line.strip())
