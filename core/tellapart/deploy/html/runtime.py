"""onnxruntime-web, which computes in the visitor's browser: fetched once, checked by hash, kept in the cache.

It comes as the npm package's own archive, so nobody needs npm. Three of its files are used; the version and their
hashes stand here and nowhere else.
"""

from __future__ import annotations

import gzip
import os
import tarfile
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from tellapart import atomic_files
from tellapart.backbones import user_cache
from tellapart.errors import DeployError, DownloadError
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.store.sqlite.database_errors import disk_reason
from tellapart.web.transfers import Checks, fetch_file

VERSION = "1.30.0"
MEGABYTES = 33  # of the download
URL = f"https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-{VERSION}.tgz"
_ARCHIVE = Checks(33_106_585, "d2228df7e4616bc3348bf504ee888f3bec43789a273f0a63f3e68d203ce3bf71")
_SHA256 = {
    "ort.wasm.min.js": "faece07e84faa9001f5104bbe4e5c70861d06cb2376a0dea1fa0ad33a67adc81",
    "ort-wasm-simd-threaded.mjs": "e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b",
    "ort-wasm-simd-threaded.wasm": "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
}
_MAX_FILE_BYTES = 20_000_000


@dataclass(frozen=True)
class Runtime:
    """script: JavaScript that defines `ort`; mjs: JavaScript that loads the WebAssembly; wasm_gz: that, gzipped."""

    script: str
    mjs: str
    wasm_gz: bytes


def find_runtime(local: Path | None = None, progress: Progress = silent) -> Runtime:
    """The runtime from a local copy, from the cache, or downloaded into the cache.

    Args:
        local: the npm package's archive (.tgz), or its unpacked folder.
    Raises:
        DeployError: the local copy is another file or version, or it cannot be downloaded or kept.
    """
    if local is not None:
        return _runtime(_files_of(Path(local).expanduser()))
    folder = _cache_dir()
    kept = _kept(folder)
    if kept is not None:
        return kept
    atomic_files.drop_left_parts(folder)
    archive = _fetched(folder, progress)
    files = _files_of(archive)
    try:
        for name, data in files.items():
            atomic_files.write_bytes(folder / name, data)
        archive.unlink()
    except OSError as error:
        raise DeployError(disk_reason(folder, error)) from error
    return _runtime(files)


def is_kept() -> bool:
    """Whether the runtime was downloaded before, so that a page needs no connection."""
    folder = _cache_dir()
    return all(user_cache.is_kept(folder / name) for name in _SHA256)


def _cache_dir() -> Path:
    return user_cache.user_cache_dir() / f"onnxruntime-web-{VERSION}"


def _kept(folder: Path) -> Runtime | None:
    try:
        files = {name: (folder / name).read_bytes() for name in _SHA256}
    except OSError:
        return None
    return (
        _runtime(files)
        if all(sha256(data).hexdigest() == _SHA256[name] for name, data in files.items())
        else None
    )


def _fetched(folder: Path, progress: Progress) -> Path:
    url = os.environ.get("TELLAPART_RUNTIME_URL") or URL
    message = Doing(Step.DOWNLOADING, "Downloading onnxruntime-web, 33 MB, once")
    progress(0, _ARCHIVE.n_bytes or 0, message)
    try:
        return fetch_file(
            url,
            folder / "onnxruntime-web.tgz",
            _ARCHIVE,
            limit_bytes=_ARCHIVE.n_bytes or 0,
            report=lambda done, total: progress(done, total, message),
        )
    except DownloadError as error:
        raise DeployError(
            f"onnxruntime-web, which computes in the browser, could not be downloaded from {urlsplit(url).netloc}: "
            f"{error}. Try again with a connection, or fetch {URL} elsewhere and pass the file (--runtime FILE)."
        ) from error
    except OSError as error:
        raise DeployError(disk_reason(folder, error)) from error


def _files_of(local: Path) -> dict[str, bytes]:
    """The three files, by name, checked."""
    try:
        files = _from_folder(local) if local.is_dir() else _from_archive(local)
    except (OSError, EOFError, KeyError, tarfile.TarError) as error:
        reason = f"it lacks {error.args[0]}" if isinstance(error, KeyError) else error
        raise _other(local, reason) from error
    for name, data in files.items():
        if sha256(data).hexdigest() != _SHA256[name]:
            raise _other(local, f"{name} is another one")
    return files


def _from_folder(folder: Path) -> dict[str, bytes]:
    dist = folder / "dist" if (folder / "dist").is_dir() else folder
    return {name: _limited((dist / name).open("rb"), name) for name in _SHA256}


def _from_archive(archive: Path) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            name = member.name.removeprefix("package/dist/")
            if name in _SHA256 and member.isfile():
                found[name] = _limited(tar.extractfile(member), name)
    missing = sorted(set(_SHA256) - set(found))
    if missing:
        raise KeyError(missing[0])
    return found


def _limited(file: object, name: str) -> bytes:
    with file as opened:  # type: ignore[attr-defined]
        data = bytes(opened.read(_MAX_FILE_BYTES + 1))
    if len(data) > _MAX_FILE_BYTES:
        raise tarfile.TarError(f"{name} is larger than {_MAX_FILE_BYTES / 1e6:.0f} MB")
    return data


def _other(local: Path, reason: object) -> DeployError:
    return DeployError(
        f"{local} is not onnxruntime-web {VERSION} ({reason}). Fetch {URL} and pass that file, or leave --runtime out: "
        "then it is downloaded once."
    )


def _runtime(files: dict[str, bytes]) -> Runtime:
    script, mjs, wasm = (files[name] for name in _SHA256)
    return Runtime(script.decode(), mjs.decode(), _gzipped(wasm))


@lru_cache(maxsize=1)  # a second of processor, for each page that a program makes
def _gzipped(wasm: bytes) -> bytes:
    return gzip.compress(wasm, 9, mtime=0)
