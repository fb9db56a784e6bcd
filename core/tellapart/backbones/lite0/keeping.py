"""The network's ONNX file: made once from the registry package, kept in the user's cache, known by its hash."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from tellapart import atomic_files
from tellapart.backbones.lite0.weights import read_weights, weights_file
from tellapart.backbones.user_cache import CACHE_VARIABLE, why_not_kept
from tellapart.errors import BackboneError
from tellapart.progress import Doing, Progress, Step, silent

_RECORD = Path(__file__).with_name("record.json")


@dataclass(frozen=True)
class Kept:
    """path: where the file lies, or would. content: its bytes where no folder took it, else None. note: why, or ""."""

    path: Path
    content: bytes | None = None
    note: str = ""


def record() -> dict[str, Any]:
    """What is known of the file before it is made: name, sha256, bytes, embedding_size, averaged_blocks, parts,
    preprocess, licence."""
    return dict(json.loads(_RECORD.read_text(encoding="utf-8")))


def kept_onnx(folder: Path, progress: Progress = silent) -> Kept:
    """The file in `folder`, as it lies there or made now; in memory where the folder takes nothing.

    A file that is not the one the record knows, since a first run was killed or a disk was full, is made again. Two
    processes at once make the same bytes, and either may keep them.

    Raises:
        BackboneError: the registry package is missing, or its weights are not those we know.
    """
    known = record()
    path = folder / f"{known['name']}-{known['sha256'][:12]}.onnx"
    if _is_whole(path, known):
        return Kept(path)
    progress(0, 0, Doing(Step.PREPARING, "Preparing to look at pictures (only once)"))
    content = made_onnx()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        atomic_files.write_bytes(path, content)
    except OSError as error:
        if _is_whole(path, known):  # somebody else's, whose file may not be replaced
            return Kept(path)
        note = (
            f"The built-in backbone {why_not_kept(folder, error)}, so it is rebuilt at each start, which takes half a "
            f"second. To save it, set a folder that you may write to in the environment variable {CACHE_VARIABLE}."
        )
        progress(0, 0, Doing(Step.PREPARING, note, is_kept=False))
        return Kept(path, content, note)
    return Kept(path)


@lru_cache(maxsize=1)
def made_onnx() -> bytes:
    """The file's bytes, made from the registry package.

    Raises:
        BackboneError: the package is missing, its weights are not those we know, or something else came out.
    """
    # here, since onnx takes a fifth of a second to import, and the file is nearly always there
    from tellapart.backbones.lite0.graph import embedding_onnx

    known = record()
    content = embedding_onnx(read_weights(weights_file()), known["averaged_blocks"])
    found = sha256(content).hexdigest()
    if found != known["sha256"]:
        raise BackboneError(
            f"The network made from {weights_file()} has the sha256 {found[:12]}…, expected "
            f"{known['sha256'][:12]}…. The installed onnx or numpy writes it differently. Install the "
            "versions that tellapart requires: pip install --upgrade tellapart."
        )
    return content


def _is_whole(path: Path, known: dict[str, Any]) -> bool:
    try:
        with path.open("rb") as file:
            content = file.read(known["bytes"] + 1)  # never more, whatever lies there
    except OSError:
        return False
    return sha256(content).hexdigest() == known["sha256"]
