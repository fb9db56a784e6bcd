"""Install the Node packages that tests compare with, and print their folder; nothing where there is no Node.

Run by the environment's own Python before the tests. The versions stand here and nowhere else.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = {"onnxruntime-web": "1.30.0"}
FOLDER = Path(sys.prefix) / "tellapart-node"
TIMEOUT_S = 600


def say(text: str) -> None:
    """A line for people; standard output is kept for the path."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Print the folder that holds node_modules, if there is one to be had."""
    manifest = {"private": True, "dependencies": PACKAGES}
    kept, npm = FOLDER / "installed.json", shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        say("There is no Node.js here, so what needs it is not tested.")
        return
    if not kept.is_file() or json.loads(kept.read_text(encoding="utf-8")) != manifest:
        FOLDER.mkdir(exist_ok=True)
        (FOLDER / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        say(f"$ {' '.join(command)}")
        try:
            done = subprocess.run(
                command, cwd=FOLDER, stdout=sys.stderr, check=False, timeout=TIMEOUT_S,
                env={**os.environ, "npm_config_update_notifier": "false"},
            )  # fmt: skip
            is_installed = done.returncode == 0
        except subprocess.TimeoutExpired:
            is_installed = False
        if not is_installed:
            say("npm could not install them, so what needs Node.js is not tested.")
            return
        kept.write_text(json.dumps(manifest), encoding="utf-8")
    print(FOLDER)


if __name__ == "__main__":
    main()
