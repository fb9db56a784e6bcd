"""Backbones by name: the network inside the package, torchvision's, or a weights file of the user's own.

`pocket` lies beside this module and always works. Every other one is converted once, by torch, to an ONNX
file in the user's cache folder, and then used without torch. Nothing here knows what pocket is made of:
its record says it.
"""

from __future__ import annotations

import difflib
import importlib.util
import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from tellapart import atomic
from tellapart.errors import BackboneError, WeightsError
from tellapart.preprocess import Preprocess
from tellapart.progress import Progress, silent
from tellapart.torchvision_models import TorchvisionModel, torchvision_models
from tellapart.weight_downloads import download_weights, file_sha256

POCKET = "pocket"
POCKET_DIR = Path(__file__).parent / "pocket"
RECORD_FORMAT = 1  # of a conversion in the cache; another number there means: convert again
RECOMMENDED: Mapping[str, str] = {
    "mobilenet_v2": "A sharper eye: about half of pocket's mistakes on our test pictures.",
    "efficientnet_b0": "Still small, a little slower than mobilenet_v2, and more accurate on ImageNet.",
    "resnet50": "The classic of the field: over ten times the work of mobilenet_v2.",
    "convnext_tiny": "The most accurate of these on ImageNet, and the slowest.",
}


@dataclass(frozen=True)
class Backbone:
    """A network without its last layer, ready to use: pixels in, embeddings out.

    onnx_path: input "pixels" uint8 (N, H, W, 3) RGB, normalised inside; output "embeddings" float32 (N, D).
    """

    name: str
    onnx_path: Path
    onnx_sha256: str
    embedding_size: int
    preprocess: Preprocess
    licence: str


@dataclass(frozen=True)
class BackboneOffer:
    """A backbone to choose from: how much is to be downloaded once, and whether that has been done."""

    name: str
    megabytes: float
    is_ready: bool
    sentence: str


def all_names() -> tuple[str, ...]:
    """Every name that load_backbone knows, pocket first."""
    return (POCKET, *torchvision_models())


def offers() -> list[BackboneOffer]:
    """pocket and a few sharper ones, from quick to slow."""
    pocket = load_backbone(POCKET)
    megabytes = round(pocket.onnx_path.stat().st_size / 1e6, 1)
    listed = [
        BackboneOffer(
            POCKET, megabytes, True, "Inside tellapart: quick, works offline, good for a first look."
        )
    ]
    needs_torch = "" if _has_torch() else ' Needs torch once: pip install "tellapart[torch]".'
    for name, sentence in RECOMMENDED.items():
        model = torchvision_models()[name]
        is_ready = _record_path(name, model.sha256_prefix).is_file()
        listed.append(
            BackboneOffer(name, model.megabytes, is_ready, sentence + ("" if is_ready else needs_torch))
        )
    return listed


def load_backbone(
    name: str = POCKET, weights: Path | None = None, progress: Progress = silent, size_px: int | None = None
) -> Backbone:
    """The backbone, ready to use; what is not at hand yet is downloaded and converted once.

    Args:
        name: `pocket` or a torchvision name. With `weights`, `pocket` means: recognise the network by its
            tensors.
        weights: a state dict of that network (.safetensors, .pth); its last layer may have any number of
            classes.
        size_px: side of the square the network sees, where it allows a choice; left out, a size quick for
            features.
    Raises:
        BackboneError: unknown name, no connection, no torch to convert with, or the conversion failed.
        WeightsError: the file cannot be read safely or does not fit the network.
        ValueError: this network has one size only.
    """
    if weights is not None:
        model, key = _of_file(name, Path(weights))
        source = f"that of the weights file {Path(weights).name}"
    elif name == POCKET:
        if size_px is not None:
            raise ValueError(f"size_px={size_px}: pocket's size is part of its record; leave size_px out.")
        return _pocket()
    else:
        model = _known(name)
        key, source = model.sha256_prefix, model.licence
    record = _read_record(_record_path(model.name, key))
    if record is None:
        record = _convert(model, key, source, weights, progress)
    return Backbone(
        name=model.name,
        onnx_path=cache_dir() / record["file"],
        onnx_sha256=record["sha256"],
        embedding_size=record["embedding_size"],
        preprocess=model.feature_preprocess(size_px),
        licence=record["licence"],
    )


def _pocket() -> Backbone:
    record = json.loads((POCKET_DIR / "pocket.json").read_text(encoding="utf-8"))
    return Backbone(
        name=record["name"],
        onnx_path=POCKET_DIR / record["file"],
        onnx_sha256=record["sha256"],
        embedding_size=record["embedding_size"],
        preprocess=Preprocess.from_json(record["preprocess"]),
        licence=record["licence"],
    )


def _known(name: str) -> TorchvisionModel:
    """The table's row of a torchvision name, or an error that suggests one."""
    model = torchvision_models().get(name)
    if model is None:
        plain = {re.sub(r"\W|_", "", known): known for known in all_names()}  # ResNet-50 is resnet50
        near = difflib.get_close_matches(re.sub(r"\W|_", "", name.lower()), list(plain), n=3)
        suggestion = f" Did you mean {' or '.join(plain[match] for match in near)}?" if near else ""
        raise BackboneError(
            f"No backbone is called {name!r}.{suggestion} Choose `pocket`, which is inside tellapart, or "
            f"the torchvision name of a network with ImageNet weights, for instance {', '.join(RECOMMENDED)}."
        )
    return model


def _of_file(name: str, weights: Path) -> tuple[TorchvisionModel, str]:
    """Which network a local weights file is for, and the key of its conversion."""
    if name not in (POCKET, ""):
        _known(name)  # a misspelt name is told before a large file is read
    if weights.exists() and not weights.is_file():
        raise WeightsError(
            f"The weights {weights} are a folder or device, not a file. Give a .safetensors or .pth file "
            "with a state dict."
        )
    try:
        key = file_sha256(weights)[:16]
    except OSError as error:
        raise WeightsError(
            f"The weights file {weights} cannot be read ({error.strerror or error}). Check the path and "
            "its permissions."
        ) from error
    if name not in (POCKET, ""):
        return _known(name), key
    for path in sorted(cache_dir().glob(f"*-{key}.json")):
        return _known(path.stem.removesuffix(f"-{key}")), key
    model = _conversion(f"The weights file {weights.name} must be converted once").recognise_file(weights)
    if model is None:
        raise WeightsError(
            f"{weights.name} is not the state dict of a network we can recognise. Say which torchvision "
            "network it is (--backbone NAME); other networks cannot be used."
        )
    return model, key


def _convert(
    model: TorchvisionModel, key: str, licence: str, weights: Path | None, progress: Progress
) -> dict[str, Any]:
    """The record of a new conversion in the cache. File names carry the hash of their content and appear
    whole, so that two processes converting the same network only do the work twice."""
    need = f"The backbone {model.name} must be converted once"
    _require_torch(need)  # before a download; importing it takes seconds and can wait until after
    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        weights = weights or download_weights(model, folder / "weights", progress)
        progress(0, 0, f"Converting {model.name}, once")
        conversion = _conversion(need)
        with tempfile.TemporaryDirectory(prefix="converting-", dir=folder) as scratch:
            made = Path(scratch) / "model.onnx"
            conversion.convert_torchvision(model, Path(weights), made)
            sha256 = file_sha256(made)
            record = {
                "format": RECORD_FORMAT,
                "name": model.name,
                "file": f"{model.name}-{key}-{sha256[:12]}.onnx",
                "sha256": sha256,
                "embedding_size": model.embedding_size,
                "licence": licence,
                "made_with": conversion.versions(),
            }
            progress(0, 0, f"Converted {model.name}")
            if _read_file_sha256(folder / str(record["file"])) != sha256:
                atomic.replace(made, folder / str(record["file"]))
        atomic.write_json(_record_path(model.name, key), record)
    except OSError as error:
        raise BackboneError(
            f"{model.name} cannot be kept in {folder} ({error.strerror or error}). Make room there, or "
            "name another folder in the environment variable TELLAPART_CACHE; the backbone `pocket` needs "
            "neither."
        ) from error
    return record


def _require_torch(need: str) -> None:
    if not _has_torch():
        raise BackboneError(
            f"{need}, and torch, which does that, is not installed. Install it: pip install "
            '"tellapart[torch]", or go on with the backbone `pocket`, which needs no torch.'
        )


def _conversion(need: str) -> ModuleType:
    """The module that converts, or an error that says how to get torch to work."""
    _require_torch(need)
    try:
        from tellapart.network import conversion
    except (
        ImportError,
        OSError,
        RuntimeError,
    ) as error:  # torchvision built for another torch raises RuntimeError
        raise BackboneError(
            f"{need}, and torch, which does that, is installed but does not start ({error}). `tellapart "
            "doctor` says how to mend it. Or go on with the backbone `pocket`, which needs no torch."
        ) from error
    return conversion


def _has_torch() -> bool:
    return all(importlib.util.find_spec(package) is not None for package in ("torch", "torchvision"))


def cache_dir() -> Path:
    """Where converted backbones and downloaded weights lie; may be thrown away at any time."""
    import platformdirs

    root = os.environ.get("TELLAPART_CACHE") or platformdirs.user_cache_dir("tellapart", appauthor=False)
    return Path(root).expanduser() / "backbones"


def _record_path(name: str, key: str) -> Path:
    return cache_dir() / f"{name}-{key}.json"


def _read_record(path: Path) -> dict[str, Any] | None:
    """A conversion's record if its file is there, whole; None means: convert (again)."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(record, dict) or record.get("format") != RECORD_FORMAT:
        return None
    is_whole = _read_file_sha256(path.parent / str(record.get("file"))) == record.get("sha256")
    return record if is_whole else None


def _read_file_sha256(path: Path) -> str | None:
    try:
        return file_sha256(path)
    except OSError:
        return None
