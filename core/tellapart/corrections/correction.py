"""Correction: what the model said of a picture and what a visitor said, as one line of JSON. A stranger wrote it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, ValidationError, convert, structs

from tellapart.corrections.asking import MAX_TEXT
from tellapart.errors import BundleError, CorrectionError, ImageError
from tellapart.pictures.images import thumbnail_jpeg
from tellapart.safe_text import harmless, harmless_json

FORMAT = 1
MAX_LINE_BYTES = 8192
MAX_PICTURE_BYTES = 4 * 2**20
_SIDE_PX = 448  # of the shorter side: twice what the built-in backbone sees
_Text = Annotated[str, Meta(max_length=400)]
Kind = Literal["label", "none of these", "other"]


class Correction(Struct, frozen=True):
    """One correction.

    picture: name of its file among the others, without folder and ending. answered, probability, none_of_these: what
    the model said. kind, said: what the visitor said: one of the labels, none of these, or something else in their own
    words. at: when, UTC. consent: version of the text agreed to. model: SHA-256 of the bundle.json that answered.
    """

    format: Annotated[int, Meta(ge=1)]
    picture: Annotated[str, Meta(pattern=r"^[0-9a-f]{1,64}\Z")]
    answered: _Text
    probability: Annotated[float, Meta(ge=0, le=1)]
    none_of_these: bool
    kind: Kind
    said: _Text
    at: Annotated[
        str, Meta(pattern=r"^20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?(\+00:00|Z)\Z")
    ]
    consent: Annotated[str, Meta(pattern=r"^[0-9a-f]{12}\Z")]
    model: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]

    def of(self, jpeg: bytes) -> Correction:
        """The same about a picture with these bytes, which give it its name."""
        return structs.replace(self, picture=sha256(jpeg).hexdigest())

    @property
    def key(self) -> str:
        """The same for the same picture and the same word about it, whoever said it and when."""
        return sha256(json.dumps([self.picture, self.kind, self.said]).encode()).hexdigest()

    def line(self) -> str:
        """As JSON in one line, without its end."""
        return harmless_json(structs.asdict(self))


def new_correction(
    jpeg: bytes,
    answered: str,
    probability: float,
    none_of_these: bool,
    kind: Kind,
    said: str,
    consent: str,
    model: str,
) -> Correction:
    """A correction of this moment.

    Raises:
        CorrectionError: a value is none that a correction may hold.
    """
    return correction_of({
        "format": FORMAT, "picture": sha256(jpeg).hexdigest(), "answered": answered,
        "probability": round(float(probability), 4), "none_of_these": none_of_these, "kind": kind, "said": said,
        "at": moment(), "consent": consent, "model": model,
    })  # fmt: skip


def correction_of(value: Any) -> Correction:
    """Plain JSON values as a correction; texts lose what could deceive a reader.

    Raises:
        CorrectionError: a value is missing, of another type or too long, or the format is newer.
    """
    try:
        found = convert(value, Correction, strict=True)
    except ValidationError as error:
        raise CorrectionError(f"It is no correction: {harmless(str(error))}.") from None
    if found.format > FORMAT:
        raise CorrectionError(
            f"The correction has format {found.format}, made by a newer tellapart; this one reads up to {FORMAT}. "
            "Update tellapart (pip install -U tellapart)."
        )
    said = harmless(found.said.strip())[:MAX_TEXT] if found.kind != "none of these" else ""
    if found.kind != "none of these" and not said:
        raise CorrectionError("The correction does not say what it is. Choose a label or write a word.")
    return structs.replace(found, said=said, answered=harmless(found.answered))


def parsed(line: bytes) -> Correction:
    """A line of JSON as a correction.

    Raises:
        CorrectionError: it is none.
    """
    if len(line) > MAX_LINE_BYTES:
        raise CorrectionError(f"It is no correction: it has more than {MAX_LINE_BYTES:,} bytes.")
    try:
        return correction_of(json.loads(line.decode("utf-8")))
    except (ValueError, RecursionError):
        raise CorrectionError("It is no correction: it is not JSON.") from None


def bare_jpeg(picture: Path | bytes) -> bytes:
    """The picture as a JPEG of at most 448 pixels on its shorter side, with nothing in it but pixels.

    Raises:
        ImageError: it cannot be read; the reason, in words.
    """
    jpeg = thumbnail_jpeg(picture, _SIDE_PX)
    if len(jpeg) > MAX_PICTURE_BYTES:
        raise ImageError("it has more bytes than a correction may have")
    return jpeg


def moment() -> str:
    """Now, UTC, to the second."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def model_of(bundle_dir: Path) -> str:
    """By which a bundle is told from others: the SHA-256 of its bundle.json.

    Raises:
        BundleError: there is none that can be read.
    """
    try:
        return sha256((bundle_dir / "bundle.json").read_bytes()).hexdigest()
    except OSError as error:
        raise BundleError(
            f"{bundle_dir} is not a bundle: its bundle.json cannot be read ({error.strerror}). Give the folder of a "
            "trained model, or its project's."
        ) from error
