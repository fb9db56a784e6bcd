"""A bundle that is new on this computer is tried in a process of its own first, with limits of memory and time.

What passed is remembered beside the other caches, never in the bundle, so that it is loaded at once from then on. What
tellapart trained here is known to be its own and is not tried.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import onnxruntime

from tellapart import atomic_files
from tellapart.answering_process import main_of
from tellapart.backbones.catalogue import cache_dir
from tellapart.backbones.onnx_session import available_cpus
from tellapart.errors import BundleError, TellapartError

MAX_BATCH = 2  # pictures the network gets at once: more are no quicker on two cores, and take 5 MB each
_VERSION = 1  # of the rules: raise it when they change, and every bundle is tried again
_MEMORY_BYTES = 2 * 2**30  # and six times the network's file: weights in 16 bits, as numbers of 32, packed
_TIME_S = 60.0  # of every core, and a second for each 10 MB of the network
_PATIENCE = 10  # times that by the clock, for a computer that has much else to do
_LOOK_EVERY_S = 0.02
_MAX_REMEMBERED, _LEFT = 2000, 1500  # where there are more of them, how many of the latest stay


def bundle_key(record: bytes) -> str:
    """What a trial is remembered by: bundle.json, which holds the hashes of the other files, and who tried it."""
    return sha256(f"{_VERSION} {onnxruntime.__version__} ".encode() + record).hexdigest()


def tried_batch(bundle_dir: Path, key: str, child: str = "tellapart.bundle.trial_process") -> int:
    """How many pictures the bundle may get at once, after a trial where it was never tried here.

    Args:
        bundle_dir: a folder with model.onnx.
        child: the module whose `main` tries it; see `tell_trial`.
    Raises:
        BundleError: it breaks a rule or a limit, or does not give the answers it was made with.
    """
    try:
        batch = json.loads(_memory(key).read_text("utf-8"))["batch"]
        if isinstance(batch, int) and 1 <= batch <= MAX_BATCH:
            return batch
    except (OSError, ValueError, KeyError, TypeError):
        pass  # never tried, or the cache was thrown away
    batch = _try(bundle_dir, child)
    remember(key, batch)
    return batch


def is_remembered(bundle_dir: Path) -> bool:
    """Whether a bundle passed its trial on this computer already, so that loading it starts no other process."""
    try:
        return _memory(bundle_key((bundle_dir / "bundle.json").read_bytes())).is_file()
    except OSError:
        return False


def remember(key: str, batch: int = MAX_BATCH) -> None:
    """Remember that it passed: the next load needs no trial. A disk that does not take it costs only that trial."""
    memory = _memory(key)
    with contextlib.suppress(OSError):
        memory.parent.mkdir(parents=True, exist_ok=True)
        known = list(memory.parent.glob("*.json"))
        if len(known) > _MAX_REMEMBERED:
            known.sort(key=lambda path: path.stat().st_mtime_ns)
            for path in known[:-_LEFT]:
                path.unlink(missing_ok=True)
        atomic_files.write_json(memory, {"batch": batch})


def _memory(key: str) -> Path:
    return cache_dir().parent / "bundles" / f"{key}.json"


def _try(bundle_dir: Path, child: str) -> int:
    n_bytes = (bundle_dir / "model.onnx").stat().st_size
    max_bytes, max_s = _MEMORY_BYTES + 6 * n_bytes, _TIME_S + n_bytes / 1e7
    with tempfile.TemporaryDirectory(prefix="tellapart-trial-") as place:
        log = Path(place) / "log.txt"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [sys.executable, *main_of(child), str(bundle_dir), str(max_bytes)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, cwd=place,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
            with process:
                broken = _watch(process, max_bytes, max_s)
                said = process.stdout.read(100_000) if process.stdout else b""
        last_words = log.read_text("utf-8", errors="replace").strip().rpartition("\n")[2][:300]
    if broken:
        raise _refused(bundle_dir, broken)
    try:
        answer = json.loads(said)
        if "error" in answer:
            raise BundleError(str(answer["error"]))
        return min(MAX_BATCH, max(1, int(answer["batch"])))
    except (ValueError, KeyError, TypeError) as error:
        how = f"its test run ended with {process.returncode} ({last_words or 'no message'})"
        raise _refused(bundle_dir, how) from error


def _watch(process: subprocess.Popen[bytes], max_bytes: int, max_s: float) -> str:
    """Which limit the process broke, for which it was ended; "" when it ended by itself."""
    import psutil  # only here: most bundles are never tried, and pages wait for what is imported

    max_cpu_s, give_up_at = max_s * available_cpus(), time.monotonic() + _PATIENCE * max_s
    with contextlib.suppress(psutil.NoSuchProcess):
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            broken = ""
            if watched.memory_info().rss > max_bytes:
                broken = f"it takes more than {max_bytes / 2**30:.1f} GB of memory"
            elif sum(watched.cpu_times()[:2]) > max_cpu_s or time.monotonic() > give_up_at:
                broken = f"it does not answer within {max_s:.0f} s"
            if broken:
                process.kill()
                return broken
            time.sleep(_LOOK_EVERY_S)
    return ""


def _refused(bundle_dir: Path, reason: str) -> BundleError:
    return BundleError(
        f"{bundle_dir.name} is refused: {reason}. Do not use this bundle; ask its maker to export it again."
    )


def tell_trial(attempt: Callable[[Path], int]) -> None:
    """The whole of a process that tries the bundle named on its command line within the bytes given there: it says how
    many pictures the bundle may get at once, or what is wrong, as one JSON object."""
    bundle_dir, max_bytes = Path(sys.argv[1]), int(sys.argv[2])
    limit_memory(max_bytes)
    answer: dict[str, object]
    try:
        answer = {"batch": attempt(bundle_dir)}
    except TellapartError as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {"error": f"{bundle_dir.name} is refused: it takes too much memory. Do not use this bundle."}
    sys.stdout.write(json.dumps(answer))


def limit_memory(max_bytes: int) -> None:
    """Limit the memory of this process, where the system can see to it (Linux)."""
    if sys.platform == "linux":
        import resource

        wanted = max_bytes + 2**30  # numbers and libraries of Python itself; who watches is stricter
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, hard))
    os.environ["OMP_NUM_THREADS"] = "1"  # each thread of a library would reserve memory of its own
