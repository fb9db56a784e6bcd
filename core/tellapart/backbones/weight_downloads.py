"""Weights from torchvision's server: streamed to disk, continued after a break, kept only when the hash
agrees."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from tellapart import atomic_files
from tellapart.backbones.torchvision_models import TorchvisionModel
from tellapart.backbones.user_cache import NOWHERE
from tellapart.errors import BackboneError, DownloadError
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.web.transfers import fetch_into

BASE_URL = "https://download.pytorch.org/models/"


def download_weights(
    model: TorchvisionModel, folder: Path, progress: Progress = silent, base_url: str | None = None
) -> Path:
    """The network's weights file in `folder`, as it lies there or in torch's cache already, or downloaded.

    Args:
        base_url: where the files lie, ending in "/"; left out, the environment's TELLAPART_WEIGHTS_URL (a
            mirror) or torchvision's server.
    Raises:
        BackboneError: it cannot be reached, breaks off again and again, or sends something else.
    """
    destination = folder / model.file_name
    for path in (destination, _torch_home() / "hub" / "checkpoints" / model.file_name):
        if path.is_file() and file_sha256(path).startswith(model.sha256_prefix):
            return path
    url = (base_url or os.environ.get("TELLAPART_WEIGHTS_URL") or BASE_URL) + model.file_name
    folder.mkdir(parents=True, exist_ok=True)
    handle, part = tempfile.mkstemp(prefix=f"{model.name}-", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "w+b") as file:
            _fetch(url, file, model, progress)
            file.seek(0)
            sha256 = _sha256(file)
        if not sha256.startswith(model.sha256_prefix):
            raise _failure(
                model, url, f"the download is damaged (its sha256 does not begin with {model.sha256_prefix})"
            )
        atomic_files.replace(Path(part), destination)
    finally:
        Path(part).unlink(missing_ok=True)
    return destination


def file_sha256(path: Path) -> str:
    """The sha256 of a file's bytes as 64 hex digits."""
    with path.open("rb") as file:
        return _sha256(file)


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()


def _torch_home() -> Path:
    try:
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    except RuntimeError:  # somebody who has no home
        cache = NOWHERE
    return Path(os.environ.get("TORCH_HOME") or Path(cache) / "torch")


def _fetch(url: str, file: IO[bytes], model: TorchvisionModel, progress: Progress) -> None:
    said = f"Downloading {model.name}, {model.megabytes:.0f} MB (only once)"
    message = Doing(Step.DOWNLOADING, said, backbone=model.name)
    progress(0, int(model.megabytes * 1e6), message)
    limit_bytes = int(model.megabytes * 1.1e6) + 1_000_000
    try:
        fetch_into(file, url, limit_bytes, lambda done, total: progress(done, total, message))
    except DownloadError as error:
        raise _failure(model, url, str(error)) from error


def _failure(model: TorchvisionModel, url: str, reason: str) -> BackboneError:
    return BackboneError(
        f"The weights of {model.name} could not be downloaded from {urlsplit(url).netloc}: {reason}. Try "
        f"again with a connection, or download {url} elsewhere and pass the file (--weights FILE), or use "
        "the backbone `efficientnet_lite0`, which is built in and needs no download."
    )
