"""Python programs in processes of their own: another person at the same project, or one that gets killed."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

NOBODY = 65534
HEADER = "import os, sys\nfrom pathlib import Path\n"


def start_python(code: str, *arguments: object, as_nobody: bool = False) -> subprocess.Popen[str]:
    """A running program; its arguments are in sys.argv[1:].

    as_nobody: give up root's rights first, since root may read and write whatever its permissions say. Where the
    tests do not run as root they are held by permissions anyway.
    """
    person = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if as_nobody and is_root() else {}
    return subprocess.Popen(
        [sys.executable, "-c", HEADER + textwrap.dedent(code), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(Path(__file__).parent)},
        **person,
    )


def run_python(code: str, *arguments: object, as_nobody: bool = False) -> str:
    """What a program prints, once it has ended well."""
    process = start_python(code, *arguments, as_nobody=as_nobody)
    out, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return out.strip()


def run_tellapart(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """The command line, as a person calls it."""
    return subprocess.run(
        [sys.executable, "-m", "tellapart.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=120,
        cwd=cwd,
    )


def is_root() -> bool:
    """Whether permissions do not hold us."""
    return hasattr(os, "geteuid") and os.geteuid() == 0
