"""ONNX Runtime sessions: how many threads, how much memory, and what goes wrong in words."""

from __future__ import annotations

import os
from pathlib import Path

import onnxruntime

from tellapart.backbones.freed_memory import give_back_memory
from tellapart.errors import TellapartError

_SPIN_US = 60  # to be put to sleep and woken takes about as long as a layer
_SPINS_BRIEFLY = (1, 26)  # ONNX Runtime; older ones spin for milliseconds, or not at all


def open_session(
    model: Path | bytes,
    error_kind: type[TellapartError],
    n_threads: int | None = None,
    keeps_memory: bool = False,
) -> onnxruntime.InferenceSession:
    """A session on the CPU.

    Args:
        model: an ONNX file, or its bytes.
        error_kind: what to raise when it cannot be opened.
        n_threads: for one call; all cores unless given.
        keeps_memory: between calls, as much as the largest took. A quarter faster for many pictures in a row; a page
            that waits for pictures should rather be small.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = n_threads or available_cpus()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = options.enable_mem_pattern = keeps_memory
    for key, value in _spinning(onnxruntime.__version__).items():
        options.add_session_config_entry(f"session.{key}", value)
    try:
        source = model if isinstance(model, bytes) else str(model)
        session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime raises a dozen classes of its own, none of them public
        name = "the model" if isinstance(model, bytes) else str(model)
        raise error_kind(
            f"{name} cannot be opened by ONNX Runtime {onnxruntime.__version__} ({error})."
        ) from error
    if not keeps_memory:
        give_back_memory()
    return session


def _spinning(version: str) -> dict[str, str]:
    """How threads of one call wait for each other between two layers: they look for work for a moment, not longer,
    since others may want the cores, and never between calls."""
    if tuple(map(int, version.split(".")[:2])) < _SPINS_BRIEFLY:
        return {"intra_op.allow_spinning": "0"}
    return {
        "intra_op.allow_spinning": "1",
        "intra_op.spin_duration_us": str(_SPIN_US),
        "force_spinning_stop": "1",
    }


def available_cpus() -> int:
    """Cores this process may use; fewer than the machine has inside a container or under taskset."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
