"""What a classifier costs when it starts, measured in a process of its own; what is installed along with it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from tellapart.answering_process import main_of
from tellapart.errors import BundleError

_PATIENCE_S = (
    300.0  # a computer that has much else to do; a bundle that does not answer is refused by its own trial
)
_START = main_of("tellapart.bundle.start_process")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Start:
    """One start of a classifier. start_s: from nothing imported to its first answers; picture_s: of each further
    picture; peak_mb: the most memory its process held; n_golden: pictures whose answers were as they should be."""

    start_s: float
    picture_s: float
    peak_mb: float
    n_golden: int


def measured_start(bundle_dir: Path) -> Start:
    """One start of the bundle in a process of its own, which classifies the golden pictures.

    Raises:
        BundleError: it does not load, or does not give the answers it was made with.
    """
    answer = _answer(bundle_dir)
    if not answer["was_tried"]:  # that start had a trial in it, which happens once on each computer
        answer = _answer(bundle_dir)
    return Start(answer["start_s"], answer["picture_s"], answer["peak_mb"], int(answer["n_golden"]))


def installed_mb(names: Iterable[str]) -> float:
    """What these distributions and all they need take on this disk; those that are not installed here count nothing.

    Looked up once: what a running program has installed stays as it is."""
    return _installed_mb(tuple(names))


@cache
def _installed_mb(names: tuple[str, ...]) -> float:
    seen: dict[str, Distribution] = {}
    waiting = list(names)
    while waiting:
        name = _plain_name(waiting.pop())
        if name in seen:
            continue
        try:
            seen[name] = distribution(name)
        except PackageNotFoundError:
            continue
        needed = [one for one in seen[name].requires or [] if "extra ==" not in one]
        waiting += [found[0] for one in needed if (found := _NAME.match(one))]
    return sum(_n_bytes(one) for one in seen.values()) / 1e6


def _answer(bundle_dir: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="tellapart-start-") as place:
        try:
            done = subprocess.run(
                [sys.executable, *_START, str(Path(bundle_dir).expanduser().absolute())],
                stdin=subprocess.DEVNULL, capture_output=True, cwd=place, timeout=_PATIENCE_S, check=False,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise BundleError(
                f"{bundle_dir.name} does not answer within {_PATIENCE_S:.0f} s. Train again, or close other programs "
                "and try again."
            ) from error
    try:
        answer: dict[str, float] = json.loads(done.stdout)
    except ValueError as error:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:300]
        raise BundleError(
            f"{bundle_dir.name} could not be started: its process ended with {done.returncode} "
            f"({last or 'no message'}). Free some memory and try again."
        ) from error
    if "error" in answer:
        raise BundleError(str(answer["error"]))
    return answer


def _plain_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _n_bytes(one: Distribution) -> int:
    return sum(file.size or 0 for file in one.files or [])
