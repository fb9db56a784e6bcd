"""app.json: what the page of an app says beside its classifier. The export writes it, every visitor's page reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, ValidationError, convert

from tellapart import atomic_files
from tellapart.corrections.asking import Asking
from tellapart.deploy.appearance import MOST_EXAMPLES, Appearance
from tellapart.errors import CorrectionError, DeployError

FILE, BUNDLE, EXAMPLES = "app.json", "bundle", "examples"
FORMAT = 1
_MAX_BYTES = 1_000_000

_Example = Annotated[str, Meta(pattern=r"^examples/[1-9][0-9]?\.jpg\Z")]
_Credit = Annotated[str, Meta(max_length=10_000)]


class AskingRecord(Struct, frozen=True):
    """What app.json says of corrections."""

    is_on: bool
    consent: str
    address: str


class AppSettings(Struct, frozen=True):
    """title, about, accent: see `Appearance`. examples: pictures of the folder that visitors may try;
    example_credits: whose each is, as Markdown, "" for the owner's own; [] in apps of older versions. corrections: as
    of `Asking`; an app of an older version has none."""

    format: int
    title: str
    about: str
    accent: str
    examples: Annotated[list[_Example], Meta(max_length=MOST_EXAMPLES)]
    example_credits: Annotated[list[_Credit], Meta(max_length=MOST_EXAMPLES)] = []
    corrections: AskingRecord | None = None

    def asking(self) -> Asking:
        """Whether visitors may say that an answer is wrong.

        Raises:
            CorrectionError: corrections would go where they must not, or the text is too long.
        """
        found = self.corrections
        return Asking() if found is None else Asking(found.is_on, found.consent, found.address)


def write_settings(
    folder: Path, appearance: Appearance, examples: dict[str, str], corrections: Asking | None = None
) -> None:
    """Write app.json into the folder. examples: path of each in the folder -> whose it is.

    Raises:
        OSError: the disk does not take it.
    """
    atomic_files.write_json(
        folder / FILE,
        {
            "format": FORMAT,
            "title": appearance.title,
            "about": appearance.about,
            "accent": appearance.accent,
            "examples": list(examples),
            "example_credits": list(examples.values()),
            **({} if corrections is None else {"corrections": corrections.to_json()}),
        },
    )


def read_settings(folder: Path) -> AppSettings:
    """What app.json of an app's folder says.

    Raises:
        DeployError: it is missing, damaged or of a newer format.
    """
    path = folder / FILE
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(_MAX_BYTES).decode("utf-8"))
        settings = convert(found, AppSettings, strict=True)
        settings.asking()
    except (OSError, ValueError, RecursionError, ValidationError, CorrectionError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DeployError(
            f"{path} cannot be used ({reason}). Make the app again, or take app.json from a copy of its folder."
        ) from error
    if settings.format > FORMAT:
        raise DeployError(
            f"{path} has format {settings.format}, made by a newer tellapart; this one reads up to {FORMAT}. Install "
            "what requirements.txt in that folder names."
        )
    return settings
