"""The process in which a stranger's bundle is tried; see `bundle_trial`. It says one JSON object and ends."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from tellapart.backbones.onnx_session import available_cpus
from tellapart.bundle.loading import open_untried
from tellapart.bundle.trial import MAX_BATCH, tell_trial
from tellapart.errors import BundleError

_QUICK_S = 1.0  # for one picture; what takes longer gains nothing from several at once


def main() -> None:
    """Try the bundle named on the command line within the bytes given there."""
    tell_trial(_try)


def _try(bundle_dir: Path) -> int:
    _check_network(bundle_dir)
    bundle = open_untried(bundle_dir)
    size_px = bundle.preprocess.size_px
    clock = time.process_time()  # a busy computer must not count
    bundle.run(np.zeros((1, size_px, size_px, 3), np.uint8))
    if time.process_time() - clock > _QUICK_S * available_cpus():
        return 1
    bundle.run(np.zeros((MAX_BATCH, size_px, size_px, 3), np.uint8))
    return MAX_BATCH


def _check_network(bundle_dir: Path) -> None:
    import onnx

    from tellapart.bundle.graph_rules import check_graph

    try:
        try:
            model = onnx.load(bundle_dir / "model.onnx", load_external_data=False)
        except Exception as error:  # protobuf's own, of a package that is not ours to name
            raise BundleError(f"its network cannot be read ({error})") from error
        check_graph(model)
    except BundleError as error:
        raise BundleError(
            f"{bundle_dir.name} is refused: {error}. Do not use this bundle; ask its maker to export it "
            "again."
        ) from error
