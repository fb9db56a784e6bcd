"""Install the Node packages that tests compare with and that build and check the widgets' JavaScript, and print
their folder; nothing where there is no Node.

Run by the environment's own Python. The versions stand here and nowhere else.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = {"axe-core": "4.14.1", "onnxruntime-web": "1.30.0", "rollup": "4.68.8", "typescript": "7.0.2"}
FOLDER = Path(sys.prefix) / "tellapart-node"
TIMEOUT_S = 600


def say(text: str) -> None:
    """A line for people; standard output is kept for the path."""
    print(text, file=sys.stderr, flush=True)


def installed() -> Path | None:
    """The folder that holds node_modules, or None, said and why, where there is none to be had."""
    manifest = {"private": True, "dependencies": PACKAGES}
    kept, npm = FOLDER / "installed.json", shutil.which("npm")
    if shutil.which("node") is None or npm is None:
        say("There is no Node.js here: what needs it is not checked.")
        return None
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
            say("npm could not install them: what needs Node.js is not checked.")
            return None
        kept.write_text(json.dumps(manifest), encoding="utf-8")
    return FOLDER


if __name__ == "__main__":
    if (folder := installed()) is not None:
        print(folder)
