"""Every test, in two halves side by side: the pages' and the browser's, which mostly wait, and all others.

    python tools/run_tests.py [--marks EXPRESSION] [more arguments for pytest]

With more arguments it is one pytest with these. The halves share nothing: each has folders and ports of its own, and
only the first starts servers. Its output is printed when the other has ended.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

PAGES = ("tests/browser", "tests/dashboards")


def main() -> int:
    """The exit code of pytest, that of the half which failed where one did."""
    arguments = sys.argv[1:]
    marks = ["-m", arguments[1]] if arguments[:1] == ["--marks"] else []
    pytest = [sys.executable, "-m", "pytest", *marks]
    if more := arguments[2 if marks else 0 :]:
        return subprocess.run([*pytest, *more], check=False).returncode
    with (
        tempfile.TemporaryDirectory(prefix="tellapart-tests-") as folder,
        (Path(folder) / "pages").open("w+b") as said,
    ):
        command = [*pytest, "-p", "no:cacheprovider", *PAGES]
        with subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT) as pages:
            others = subprocess.run(
                [*pytest, *(f"--ignore={path}" for path in PAGES)], check=False
            ).returncode
            code = pages.wait()
        said.seek(0)
        sys.stdout.buffer.write(said.read())
        sys.stdout.flush()
    return others or code


if __name__ == "__main__":
    sys.exit(main())
