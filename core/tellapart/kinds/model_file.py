"""ModelFile: a trained model as one sealed JSON file, which proves itself by giving the answers it was made with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

import tellapart
from tellapart import atomic_files
from tellapart.errors import BundleError
from tellapart.kinds import sealed_json

Model = TypeVar("Model")
_IMPOSSIBLE = (
    KeyError,
    TypeError,
    ValueError,
    IndexError,
    OverflowError,
    AttributeError,
    np.linalg.LinAlgError,
)
TOLERANCE = 1e-6  # of an answer, from 0 to 1


@dataclass(frozen=True)
class ModelFile:
    """The files of one kind. name: in a bundle. kind: of its things, "texts". what: it is, for errors. newest_format:
    that can be read, and is written. most_bytes: of a file that is read."""

    name: str
    kind: str
    what: str
    most_bytes: int
    newest_format: int = 1

    def record(self, says: dict[str, Any]) -> dict[str, Any]:
        """All of a file as plain JSON values but for its golden answers and its seal."""
        made_by = f"tellapart {tellapart.__version__}"
        return {"format": self.newest_format, "kind": self.kind, "made_by": made_by, **says}

    def sealed(self, record: dict[str, Any], golden: Any) -> dict[str, Any]:
        """The record with what the model answers, and a hash of it all."""
        whole = {**record, "golden": golden}
        return {**whole, "sha256": sealed_json.seal(whole)}

    def write(self, record: dict[str, Any], folder: Path) -> Path:
        """The file, made in a folder that is there.

        Raises:
            OSError: the disk does not take it.
        """
        path = folder / self.name
        atomic_files.write_bytes(path, sealed_json.written(record))
        return path

    def read(self, place: Path) -> tuple[bytes, str]:
        """The bytes of a file, or of that in a bundle's folder, and what errors call it.

        Raises:
            BundleError: it cannot be read, or is too large.
        """
        path = place / self.name if place.is_dir() else place
        return bytes_of(path, self.most_bytes, self.what), str(path)

    def record_in(self, data: bytes, name: str) -> dict[str, Any]:
        """What the bytes of a file say, whose seal is whole; no model is made of it yet.

        Raises:
            BundleError: it is damaged, of another kind, or of a newer version.
        """
        return sealed_json.opened(data, name, self.kind, self.newest_format, self.what)

    def opened(
        self,
        data: bytes,
        name: str,
        model_of: Callable[[dict[str, Any]], Model],
        answers_of: Callable[[Model, dict[str, Any]], tuple[np.ndarray, np.ndarray]],
        tolerance: Callable[[Model], float] = lambda _: TOLERANCE,
    ) -> Model:
        """The model that the bytes of a file say.

        Args:
            name: what errors call it. model_of: makes it of the record; answers_of: what it answers now, and what it
                answered when it was made. Both raise ValueError or the like where the record is impossible.
            tolerance: by how much an answer may differ.
        Raises:
            BundleError: it is damaged, of another kind, of a newer version, or does not answer as it did.
        """
        record = self.record_in(data, name)
        try:
            model = model_of(record)
            found, expected = answers_of(model, record)
        except _IMPOSSIBLE as error:
            raise sealed_json.damaged(name, error) from error
        is_told = len(found) > 0 and found.shape == expected.shape
        if not is_told or not np.abs(found - expected).max() <= tolerance(model):
            raise BundleError(
                f"{name} no longer gives the answers it was made with. Train it again with this tellapart."
            )
        return model


def bytes_of(path: Path, most: int, what: str) -> bytes:
    """All of a file of a bundle; what: the bundle is, for errors.

    Raises:
        BundleError: it cannot be read, or has more bytes than `most`.
    """
    try:
        if path.stat().st_size > most:
            raise BundleError(f"{path} is larger than {most >> 20} MB, which no {what} is.")
        return path.read_bytes()
    except OSError as error:
        raise BundleError(
            f"{path} cannot be read ({error.strerror}). Give the folder of a trained {what}."
        ) from error
