"""Backbones by name: the built-in network, torchvision's, or a weights file of the user's own.

`efficientnet_lite0` is made from a package that is installed with tellapart and always works. Every other one is
converted once, by torch, to an ONNX file in the user's cache folder, and then used without torch.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

from tellapart import atomic_files
from tellapart.backbones.lite0 import keeping
from tellapart.backbones.names import DEFAULT_BACKBONE, RETIRED, TIME_BESIDE
from tellapart.backbones.torchvision_models import TorchvisionModel, torchvision_models
from tellapart.backbones.user_cache import (
    CACHE_VARIABLE,
    UNFINISHED,
    drop_unfinished,
    is_kept,
    kept_files,
    user_cache_dir,
    why_not_kept,
)
from tellapart.backbones.weight_downloads import download_weights, file_sha256
from tellapart.errors import BackboneError, OutsideError, WeightsError
from tellapart.pictures.preprocess import Preprocess
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_paths import path_inside
from tellapart.words.near_names import did_you_mean
from tellapart.words.percents import whole

OF_FILE = "that of the weights file"  # begins the licence of a network whose weights a person gave
RECORD_FORMAT = 1  # of a conversion in the cache; another number there means: convert again
# What is known beside the time: of accuracy, only what was measured here, or what their authors report as such.
_ABOUT: Mapping[str, str] = {
    "mobilenet_v2": "{time}, and made more mistakes on our test pictures.",
    "efficientnet_b0": "{time}, at 160 px. At 224 px its authors report more accuracy on ImageNet.",
    "resnet50": "A classic. {time}.",
    "convnext_tiny": "{time}, at 160 px. At 224 px its authors report the most accuracy of these on ImageNet.",
}


def _time_words(beside: float) -> str:
    if beside < 1:
        return f"Takes {whole(beside)} of the built-in one's time"
    return f"Takes {beside:g} times as long as the built-in one"


RECOMMENDED: Mapping[str, str] = {
    name: _ABOUT[name].format(time=_time_words(beside)) for name, beside in TIME_BESIDE.items()
}


@dataclass(frozen=True)
class Backbone:
    """A network without its last layer, ready to use: pixels in, embeddings out.

    onnx_path: input "pixels" uint8 (N, H, W, 3) RGB, normalised inside; output "embeddings" float32 (N, D).
    parts: how many numbers come from each map, the last map first; empty where all come from one.
    content: the file's bytes, where no folder could be written to; `note` then says so to the person. Also those of a
    network of one model alone, `is_tuned`, whose layers, or the last of them, have learned.
    """

    name: str
    onnx_path: Path
    onnx_sha256: str
    embedding_size: int
    preprocess: Preprocess
    licence: str
    parts: tuple[int, ...] = ()
    content: bytes | None = field(default=None, repr=False, compare=False)
    note: str = ""
    is_tuned: bool = False

    @property
    def onnx(self) -> Path | bytes:
        """What ONNX Runtime opens: the file, or its bytes."""
        return self.onnx_path if self.content is None else self.content


@dataclass(frozen=True)
class BackboneOffer:
    """A backbone to choose from: how much is to be downloaded once, and whether that has been done. needs: what is to
    be installed for that first, as a sentence; "" for nothing."""

    name: str
    megabytes: float
    is_ready: bool
    sentence: str
    needs: str = ""


def all_names() -> tuple[str, ...]:
    """Every name that load_backbone knows, the built-in one first."""
    return (DEFAULT_BACKBONE, *torchvision_models())


def offers() -> list[BackboneOffer]:
    """The built-in backbone and a few of torchvision's, from quick to slow."""
    megabytes = round(keeping.record()["bytes"] / 1e6, 1)
    sentence = "Built in: works offline, in seconds, with few mistakes."
    listed = [BackboneOffer(DEFAULT_BACKBONE, megabytes, True, sentence)]
    needs_torch = "" if _has_torch() else 'Needs torch once: pip install "tellapart[torch]".'
    for name, sentence in RECOMMENDED.items():
        model = torchvision_models()[name]
        is_ready = is_kept(_record_path(name, model.sha256_prefix))
        listed.append(
            BackboneOffer(name, model.megabytes, is_ready, sentence, "" if is_ready else needs_torch)
        )
    return listed


def load_backbone(
    name: str = DEFAULT_BACKBONE,
    weights: Path | None = None,
    progress: Progress = silent,
    size_px: int | None = None,
) -> Backbone:
    """The backbone, ready to use; what is not at hand yet is downloaded and converted once.

    Args:
        name: `efficientnet_lite0` or a torchvision name. With `weights`, `efficientnet_lite0` means: recognise the
            network by its tensors.
        weights: a state dict of that network (.safetensors, .pth); its last layer may have any number of
            classes.
        size_px: side of the square the network sees, where it allows a choice; left out, 224 px for the built-in one
            and a size quick for features for the others.
    Raises:
        BackboneError: unknown name, no connection, no torch to convert with, or the conversion failed; the package of
            the built-in one is missing or altered.
        WeightsError: the file cannot be read safely or does not fit the network.
        ValueError: this network has one size only.
    """
    drop_unfinished(cache_dir(), cache_dir() / "weights")
    if weights is not None:
        model, key = _of_file(name, Path(weights))
        source = f"{OF_FILE} {Path(weights).name}"
    elif name == DEFAULT_BACKBONE:
        return _built_in(size_px, progress)
    else:
        model = known_model(name)
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


def _built_in(size_px: int | None, progress: Progress) -> Backbone:
    record = keeping.record()
    kept = keeping.kept_onnx(cache_dir(), progress)
    preprocess = Preprocess.from_json(record["preprocess"])
    if size_px is not None:
        preprocess = replace(preprocess, size_px=size_px, resize_px=size_px)
    return Backbone(
        name=record["name"],
        onnx_path=kept.path,
        onnx_sha256=record["sha256"],
        embedding_size=record["embedding_size"],
        preprocess=preprocess,
        licence=record["licence"],
        parts=tuple(record["parts"]),
        content=kept.content,
        note=kept.note,
    )


def known_model(name: str, others: Sequence[str] = ()) -> TorchvisionModel:
    """The table's row of a torchvision name.

    Args:
        others: more names to suggest where it is none.
    Raises:
        BackboneError: it is none; the text suggests what is meant.
    """
    if name in RETIRED:
        raise BackboneError(
            f"The backbone {name!r} was built into older versions and has been removed. Choose "
            f"`{DEFAULT_BACKBONE}`, which makes about a third of its mistakes. Models made with it still "
            "work."
        )
    model = torchvision_models().get(name)
    if model is None:
        suggestion = did_you_mean(name, (*others, *all_names()), n=3)
        raise BackboneError(
            f"There is no backbone {name!r}.{suggestion} Choose `{DEFAULT_BACKBONE}`, which is built in, or "
            f"the torchvision name of a network with ImageNet weights, for instance {', '.join(RECOMMENDED)}."
        )
    return model


def _of_file(name: str, weights: Path) -> tuple[TorchvisionModel, str]:
    """Which network a local weights file is for, and the key of its conversion."""
    if name not in (DEFAULT_BACKBONE, ""):
        known_model(name)  # a misspelt name is told before a large file is read
    try:
        if weights.exists() and not weights.is_file():
            raise WeightsError(
                f"The weights {weights} are a folder or device, not a file. Give a .safetensors or .pth file "
                "with a state dict."
            )
        key = file_sha256(weights)[:16]
    except OSError as error:
        raise WeightsError(
            f"The weights file {weights} cannot be read ({error.strerror or error}). Check the path and "
            "its permissions."
        ) from error
    if name not in (DEFAULT_BACKBONE, ""):
        return known_model(name), key
    for path in kept_files(cache_dir(), f"*-{key}.json"):
        return known_model(path.stem.removesuffix(f"-{key}")), key
    model = _conversion(f"The weights file {weights.name} must be converted once").recognise_file(weights)
    if model is None:
        raise WeightsError(
            f"{weights.name} is not the state dict of a known network. Name the torchvision network it "
            "belongs to (--backbone NAME); other networks cannot be used."
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
        progress(0, 0, Doing(Step.CONVERTING, f"Converting {model.name}, once", backbone=model.name))
        conversion = _conversion(need)
        with tempfile.TemporaryDirectory(prefix=UNFINISHED, dir=folder) as scratch:
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
            progress(0, 0, Doing(Step.CONVERTING, f"Converted {model.name}", backbone=model.name))
            if _read_file_sha256(folder / str(record["file"])) != sha256:
                atomic_files.replace(made, folder / str(record["file"]))
        atomic_files.write_json(_record_path(model.name, key), record)
    except OSError as error:
        raise BackboneError(
            f"{model.name} {why_not_kept(folder, error)}. Set a folder with room, and that you may write to, in the "
            f"environment variable {CACHE_VARIABLE}; the backbone `{DEFAULT_BACKBONE}` needs none."
        ) from error
    return record


def _require_torch(need: str) -> None:
    if not _has_torch():
        raise BackboneError(
            f"{need}, which needs torch, but torch is not installed. Install it: pip install "
            f'"tellapart[torch]", or use the backbone `{DEFAULT_BACKBONE}`, which needs no torch.'
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
            f"{need}, which needs torch, but torch is installed but does not start ({error}). `tellapart "
            f"doctor` says how to fix it. Or use the backbone `{DEFAULT_BACKBONE}`, which needs no torch."
        ) from error
    return conversion


def _has_torch() -> bool:
    return all(importlib.util.find_spec(package) is not None for package in ("torch", "torchvision"))


def cache_dir() -> Path:
    """Where converted backbones and downloaded weights lie; may be thrown away at any time."""
    return user_cache_dir() / "backbones"


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
    try:
        file = path_inside(path.parent, record.get("file"))
    except OutsideError:
        return None
    return record if _read_file_sha256(file) == record.get("sha256") else None


def _read_file_sha256(path: Path) -> str | None:
    try:
        return file_sha256(path)
    except OSError:
        return None
