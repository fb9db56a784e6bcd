"""Join the modules of each widget into the one that a page gets: widgets/NAME/NAME.js and all it imports.

    python tools/widgets.py            what `make widgets` calls: writes widgets/built/
    python tools/widgets.py --check    a part of `make lint`: types, and whether widgets/built/ is what would be written

Rollup takes the modules over as they stand, comments too. Without Node.js nothing can be built; the check says so and
passes, since a test that needs no Node.js compares the hash in each built file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import node_packages

WIDGETS = Path(__file__).resolve().parent.parent / "dashboards" / "tellapart_dashboards" / "widgets"
BUILT = WIDGETS / "built"
_IMPORT = re.compile(r'^(?:import|export)\b[^;]*?\bfrom "(\.[^"]+)";', re.MULTILINE)


def entries() -> list[Path]:
    """The module of each widget that imports the others."""
    return [path for folder in sorted(WIDGETS.iterdir()) if (path := folder / f"{folder.name}.js").is_file()]


def sources(entry: Path) -> list[Path]:
    """The module and all that it imports, in the order of their names."""
    found, waiting = set(), [entry]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [(path.parent / name).resolve() for name in _IMPORT.findall(path.read_text("utf-8"))]
    return sorted(found)


def header(entry: Path, body: str) -> str:
    """The first lines of a built file: where it comes from, and a hash of this and of the rest of the file."""
    parts = [part for path in sources(entry) for part in (_name(path), path.read_text("utf-8"))]
    digest = hashlib.sha256("\0".join([*parts, body]).encode()).hexdigest()
    return (
        f"// Built by `make widgets` from {_name(entry)} and the modules it imports: change those, not this file.\n"
        f"// {digest}\n\n"
    )


def _name(path: Path) -> str:
    return path.relative_to(WIDGETS).as_posix()


def _node(folder: Path, script: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", folder / "node_modules" / script, *arguments],
        cwd=WIDGETS, check=False, capture_output=True, text=True, encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip


def _built(folder: Path) -> dict[Path, str]:
    """What belongs into each built file."""
    found = entries()
    with tempfile.TemporaryDirectory(prefix="tellapart-widgets-") as scratch:
        jobs = [
            {
                "input": str(entry), "treeshake": False,
                "output": {"file": str(Path(scratch) / entry.name), "format": "es"},
            }
            for entry in found
        ]  # fmt: skip
        config = Path(scratch) / "rollup.config.mjs"
        config.write_text(f"export default {json.dumps(jobs)};\n", encoding="utf-8")
        done = _node(folder, "rollup/dist/bin/rollup", "--config", config)
        if done.returncode:
            raise SystemExit(done.stderr)
        bodies = {entry: (Path(scratch) / entry.name).read_text("utf-8").strip() + "\n" for entry in found}
    return {BUILT / entry.name: header(entry, body) + body for entry, body in bodies.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """0, or 1 where types do not fit or something built is not what it should be."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing")
    is_check = parser.parse_args(arguments).check
    folder = node_packages.installed()
    if folder is None:
        print("The widgets' JavaScript is neither built nor checked.", file=sys.stderr)
        return 0 if is_check else 1
    types = _node(folder, "typescript/bin/tsc", "--project", "jsconfig.json")
    print(types.stdout, end="")
    built = _built(folder)
    leftover = set(BUILT.glob("*")) - set(built)
    stale = [path for path, text in built.items() if not path.is_file() or path.read_text("utf-8") != text]
    if is_check:
        for path in sorted({*stale, *leftover}):
            print(f"{path.relative_to(WIDGETS.parents[2])} is not what its modules give: run `make widgets`.")
        return int(bool(types.returncode or stale or leftover))
    BUILT.mkdir(exist_ok=True)
    for path in leftover:
        path.unlink()
    for path in stale:
        path.write_text(built[path], encoding="utf-8", newline="\n")
    return int(bool(types.returncode))


if __name__ == "__main__":
    sys.exit(main())
