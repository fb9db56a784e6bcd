"""Weights from torchvision's server: streamed to disk, continued after a break, kept only when the hash
agrees."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from tellapart import atomic
from tellapart.errors import BackboneError
from tellapart.progress import Progress, silent
from tellapart.torchvision_models import TorchvisionModel

if TYPE_CHECKING:
    import httpx

BASE_URL = "https://download.pytorch.org/models/"
CHUNK_BYTES = 1 << 18
WAITS_S = (1.0, 3.0, 6.0)  # before each further attempt, when a transfer broke off


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
                model, url, f"what came is damaged (its sha256 does not begin with {model.sha256_prefix})"
            )
        atomic.replace(Path(part), destination)
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
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("TORCH_HOME") or Path(cache) / "torch")


def _fetch(url: str, file: IO[bytes], model: TorchvisionModel, progress: Progress) -> None:
    """Write the whole of `url` into `file`; after a break go on where it stopped."""
    import httpx  # 0.1 s that classifying does without

    message = f"Downloading {model.name}, {model.megabytes:.0f} MB, once"
    progress(0, int(model.megabytes * 1e6), message)
    timeout = httpx.Timeout(30.0, connect=10.0)
    with httpx.Client(timeout=timeout, follow_redirects=True) as client:
        for wait_s in (*WAITS_S, None):
            try:
                start = file.tell()
                headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={start}-"} if start else {})
                with client.stream("GET", url, headers=headers) as response:
                    response.raise_for_status()
                    _write(response, file, model, url, lambda done, total: progress(done, total, message))
                return
            except httpx.HTTPStatusError as error:
                raise _failure(model, url, f"the server answers {error.response.status_code}") from error
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
                raise _failure(model, url, "it cannot be reached (is this computer offline?)") from error
            except httpx.HTTPError as error:  # broken off or stalled
                if wait_s is None:
                    raise _failure(model, url, f"the transfer broke off {len(WAITS_S) + 1} times") from error
                time.sleep(wait_s)


def _write(
    response: httpx.Response,
    file: IO[bytes],
    model: TorchvisionModel,
    url: str,
    report: Callable[[int, int], None],
) -> None:
    if response.status_code != 206:  # the server does not continue: from the start
        file.seek(0)
        file.truncate()
    limit_bytes = int(model.megabytes * 1.1e6) + 1_000_000
    expected = file.tell() + int(response.headers.get("content-length") or 0)
    for chunk in response.iter_bytes(CHUNK_BYTES):
        file.write(chunk)
        if file.tell() > limit_bytes:
            raise _failure(model, url, f"more than the {model.megabytes:.0f} MB came that it should have")
        report(file.tell(), max(expected, file.tell()))


def _failure(model: TorchvisionModel, url: str, reason: str) -> BackboneError:
    return BackboneError(
        f"The weights of {model.name} could not be downloaded from {urlsplit(url).netloc}: {reason}. Try "
        f"again with a connection, or fetch {url} elsewhere and pass the file as weights (--weights "
        "FILE), or go on with the backbone `pocket`, which is inside tellapart and needs no download."
    )
