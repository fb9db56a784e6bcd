"""What a classifier becomes to be taken along: a web page where its kind has one, and its folder as a zip."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tellapart.kinds.bundle_folder import CARD_NAME


@dataclass(frozen=True)
class Asked:
    """What a person said about an export. place: of a file that it needs, "" for the usual one."""

    title: str = ""
    place: str = ""


@dataclass(frozen=True)
class Export:
    """A way to take the classifier along. says: what it is, and what it holds; button: what saves it. ending: of the
    file's name. make: (bundle, what was asked, file) makes it; for a thread. has_title: whether the title is seen;
    needs: which file may be given that it needs, "" for none."""

    name: str
    says: str
    button: str
    ending: str
    make: Callable[[Path, Asked, Path], object]
    has_title: bool = False
    needs: str = ""


class PageMaker(Protocol):
    """A kind's `export_html`."""

    def __call__(self, bundle: Path, out: Path, title: str = "", *, force: bool = False) -> Path:
        """One HTML file at `out`."""


def classifier_exports(export_html: PageMaker | None, page_says: str, holds: str) -> tuple[Export, ...]:
    """The ways of a kind. export_html: makes its page, None for a kind that has none. holds: what of the person's own
    things is inside, a sentence."""
    bundle = Export(
        "The model",
        f"A zip with the model as plain JSON and its card, for “tellapart predict” and for Python. {holds}",
        "Save the model",
        "-model.zip",
        zipped,
    )
    if export_html is None:
        return (bundle,)

    def page(bundle: Path, asked: Asked, target: Path) -> None:
        export_html(bundle, target, asked.title, force=True)

    return Export("A web page", f"{page_says} {holds}", "Save the web page", ".html", page, True), bundle


def zipped(bundle: Path, _asked: Asked, target: Path, names: Collection[str] = ()) -> None:
    """The files of a bundle in one folder inside a zip. names: of those that go along with its card, () for all."""
    taken = {*names, CARD_NAME} if names else ()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(bundle.iterdir()):
            if file.is_file() and not file.name.startswith(".") and (not taken or file.name in taken):
                archive.write(file, f"{target.stem}/{file.name}")
