"""What some packages and all that they need take on the disk: a JSON job on standard input, a JSON result out.

Run by the Python of the environment that is asked about, with nothing but `packaging` there.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

# What torch brings along that only a graphics card needs; a wheel for the CPU alone comes without.
_OF_GPU = re.compile(
    r"^(nvidia|cuda|triton)\b|^torch/lib/lib(torch_cuda|c10_cuda|cu|nv)|_cuda[\w.-]*\.so", re.IGNORECASE
)


def main() -> None:
    """One job: {"names": […]}."""
    found = {name: _bytes_of(one) for name, one in _needed(json.load(sys.stdin)["names"]).items()}
    largest = sorted(found, key=lambda name: -found[name][0])[:12]
    answer = {
        "bytes": sum(n for n, _ in found.values()),
        "bytes_of_gpu": sum(n for _, n in found.values()),
        "n_packages": len(found),
        "largest": {name: found[name][0] for name in largest},
        "versions": {name: distribution(name).version for name in found},
    }
    print(json.dumps(answer))


def _needed(names: list[str]) -> dict[str, Distribution]:
    """Each package with all it needs here, extras and conditions heeded, by its plain name."""
    found: dict[str, Distribution] = {}
    waiting, seen = [Requirement(name) for name in names], set[str]()
    while waiting:
        wanted = waiting.pop()
        name = re.sub(r"[-_.]+", "-", wanted.name).lower()
        if (key := f"{name} {sorted(wanted.extras)}") in seen:
            continue
        seen.add(key)
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            continue  # wanted under a condition that does not hold
        for text in found[name].requires or []:
            need = Requirement(text)
            extras = ["", *wanted.extras]
            if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(need)
    return found


def _bytes_of(one: Distribution) -> tuple[int, int]:
    """Of all its files, compiled modules among them; and of those that only a graphics card needs."""
    n_bytes = n_of_gpu = 0
    is_of_gpu = _OF_GPU.match(one.metadata["Name"]) is not None
    for file in one.files or []:
        path = Path(str(one.locate_file(file)))
        if path.is_file():
            size = path.stat().st_size
            n_bytes += size
            if is_of_gpu or _OF_GPU.search(file.as_posix()):
                n_of_gpu += size
    return n_bytes, n_of_gpu


if __name__ == "__main__":
    main()
