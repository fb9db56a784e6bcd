"""Make the project's .venv and fill it; done in a blink when nothing has changed.

    python3 tools/environment.py                     what `make studio` and `make test` call first
    python3 tools/environment.py --torch no          the light path only

Only the standard library, since it runs before anything is installed. The stamp file inside the environment
keeps a hash of everything that decides what gets installed; while it matches, pip is not even started.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "tellapart-stamp.json"


def venv_python(venv: Path) -> Path:
    """The interpreter inside an environment."""
    return venv / "Scripts" / "python.exe" if os.name == "nt" else venv / "bin" / "python"


def python_version(python: Path) -> str | None:
    """For instance "3.11.7", or None when it does not start."""
    try:
        done = subprocess.run(
            [str(python), "-I", "-c", "import platform, pip; print(platform.python_version())"],
            capture_output=True, text=True, timeout=60, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()


def wanted_stamp(version: str, pip_args: list[str]) -> dict[str, object]:
    """Everything that decides what the environment holds."""
    texts = [ROOT / "pyproject.toml", *sorted((ROOT / "constraints").glob("*.txt"))]
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in texts)).hexdigest()
    return {"root": str(ROOT), "python": version, "files": digest, "pip_args": pip_args}


def read_stamp(venv: Path) -> dict[str, object]:
    """The stamp of the last complete installation; empty when there was none."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def reason_to_remake(venv: Path, exact: bool) -> str | None:
    """Why an existing environment has to be made anew, or None."""
    if not venv.exists():
        return f"Making {venv.name} with Python {sys.version.split()[0]}"
    version = python_version(venv_python(venv))
    if version is None:
        return f"{venv.name} is half made or its Python is gone: making it anew"
    if tuple(int(part) for part in version.split(".")[:2]) < (3, 10):
        return f"{venv.name} has Python {version}, but 3.10 or newer is needed: making it anew"
    if exact and version.split(".")[:2] != [str(sys.version_info[0]), str(sys.version_info[1])]:
        return f"{venv.name} has Python {version}, you asked for {sys.version.split()[0]}: making it anew"
    moved_from = read_stamp(venv).get("root", str(ROOT))
    if moved_from != str(ROOT):
        return f"The folder was moved from {moved_from}: making {venv.name} anew"
    return None


def make_venv(venv: Path) -> None:
    """An empty environment with pip. A Python without ensurepip (Debian splits it off) ends in a sentence."""
    done = subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=False)
    if done.returncode:
        shutil.rmtree(venv, ignore_errors=True)
        sys.exit(
            f"{sys.executable} could not make {venv}. On Debian and Ubuntu venv is a package of its own: "
            "`apt-get install python3-venv`; elsewhere install Python from python.org. Then start again, "
            "or choose another Python: `make studio PYTHON=python3.12`."
        )


def remove_half_installed(venv: Path) -> None:
    """Forget packages whose installation was cut off (pip writes RECORD last): pip thinks them complete."""
    for site in (venv / "Lib" / "site-packages", *venv.glob("lib/python*/site-packages")):
        for left_over in (*site.glob("~*"), *site.glob("*.dist-info")):
            if left_over.name.startswith("~") or not (left_over / "RECORD").exists():
                print(f"Removing half-installed {left_over.name}", flush=True)
                shutil.rmtree(left_over, ignore_errors=True)


def pip_arguments(options: argparse.Namespace) -> list[str]:
    """What pip gets. All in one call: torch and torchvision are then chosen together, from one source."""
    if options.torch == "no":
        return shlex.split(options.packages) or ["-e", f".[{options.extras}]"]
    with_torch = "dev-torch" if "dev" in options.extras.split(",") else "torch"
    pair = shlex.split(options.torch_args) if options.torch_args else ["-c", "constraints/torch.txt"]
    if options.packages:
        return [*shlex.split(options.packages), "torch", "torchvision", *pair]
    return ["-e", f".[{options.extras},{with_torch}]", *pair]


def check_torch_pair(python: Path) -> None:
    """End with doctor's sentence when torch and torchvision do not fit together."""
    code = (
        "import sys; sys.path.insert(0, 'core'); from tellapart.doctor import examine_torch_pair;"
        "found = examine_torch_pair();"
        "sys.exit(None if found.is_ok else f'{found.sentence} {found.remedy}')"
    )
    if subprocess.run([str(python), "-c", code], check=False, cwd=ROOT).returncode:
        sys.exit("Everything is installed, but torch and torchvision do not work together, see above.")


def fill(venv: Path, pip_args: list[str], is_new: bool) -> None:
    """Install everything; of pip's lines only downloads are shown, and the last ones when it fails. Between the last
    download and the end pip is silent for minutes, which is said beforehand."""
    remove_half_installed(venv)
    started = time.monotonic()
    print(
        f"Filling {venv.name}: once, a few minutes and gigabytes with torch …"
        if is_new
        else f"Bringing {venv.name} up to date …",
        flush=True,
    )
    log = venv / "install.log"
    command = [str(venv_python(venv)), "-m", "pip", "install", "--disable-pip-version-check", *pip_args]
    with (
        log.open("w", encoding="utf-8") as kept,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as pip,
    ):
        for line in pip.stdout or ():
            kept.write(line)
            if line.lstrip().startswith(("Downloading ", "Using cached ")):
                print(f"  {line.strip()[:100]}", flush=True)
            elif line.startswith("Installing collected packages"):
                print(
                    "  Everything is here. Unpacking it takes minutes, without a further line …", flush=True
                )
    if pip.returncode:
        last = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        print("\n".join(last), flush=True)
        sys.exit(
            f"pip could not install everything; all its lines are in {log}. Check the network first. "
            "No torch for this machine, or too big for it? `make studio TORCH=no` leaves it out: gathering, "
            "training and classifying work without."
        )
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def main() -> None:
    """Parse, compare with the stamp, make and fill what is missing."""
    parser = argparse.ArgumentParser(description="Make the project's environment and fill it.")
    parser.add_argument("--venv", type=Path, default=ROOT / ".venv")
    parser.add_argument("--extras", default="dev", help="groups of pyproject.toml, joined by commas")
    parser.add_argument("--torch", choices=("yes", "no"), default="yes")
    parser.add_argument("--torch-args", default="", help="pip arguments instead of constraints/torch.txt")
    parser.add_argument(
        "--packages", default="", help="install these instead of tellapart, with torch where it is wanted"
    )
    parser.add_argument("--exact", action="store_true", help="make it anew when its Python is not this one")
    options = parser.parse_args()
    venv: Path = options.venv.absolute()
    if reason := reason_to_remake(venv, options.exact):
        print(reason, flush=True)
        make_venv(venv)
    python = venv_python(venv)
    pip_args = pip_arguments(options)
    stamp, last = wanted_stamp(python_version(python) or "", pip_args), read_stamp(venv)
    if last == stamp:
        return
    (venv / STAMP).unlink(missing_ok=True)
    fill(venv, pip_args, is_new=not last)
    if options.torch == "yes":
        check_torch_pair(python)
    (venv / STAMP).write_text(json.dumps(stamp, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
