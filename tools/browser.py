"""Find or install a Chromium for the browser tests and print its path; run by the environment's own Python.

Tried in turn, and kept only when it really starts: the one used last time; Playwright's own; one on PATH;
Playwright's installer; the system's package. When none works the exit code is 1 and the last line says what
to do: browser tests are never skipped because a browser is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
REMEMBERED = Path(sys.prefix) / "tellapart-chromium.txt"
DOWNLOAD_TIMEOUT_S = 240
APT_TIMEOUT_S = 600


def say(text: str) -> None:
    """A line for people; standard output is kept for the path."""
    print(text, file=sys.stderr, flush=True)


def run(command: list[str], timeout_s: int, env: dict[str, str] | None = None) -> bool:
    """Whether the command succeeded in time. Its children go with it: an installer starts others."""
    say(f"$ {' '.join(command)}")
    process = subprocess.Popen(
        command, stdout=sys.stderr, stderr=sys.stderr, stdin=subprocess.DEVNULL,
        env={**os.environ, **(env or {})}, start_new_session=os.name != "nt",
    )  # fmt: skip
    try:
        return process.wait(timeout_s) == 0
    except subprocess.TimeoutExpired:
        say(f"No end after {timeout_s} s; given up.")
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, 9)
        process.wait()
        return False


def starts(playwright: Playwright, path: Path) -> bool:
    """Whether this Chromium opens a page. Playwright's own often lacks system libraries on a bare machine."""
    try:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"], timeout=30_000
        )
        browser.new_page().close()
        browser.close()
    except Error as error:
        say(f"{path} does not start: {str(error).splitlines()[0]}")
        return False
    return True


def on_path() -> Iterator[Path]:
    """Every Chromium-like program on PATH."""
    for name in NAMES:
        if found := shutil.which(name):
            yield Path(found)


def apt_get() -> list[str] | None:
    """The start of an apt-get command that needs no password, or None."""
    if not shutil.which("apt-get"):
        return None
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return ["apt-get"]
    if not shutil.which("sudo"):
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n", "apt-get"] if asked.returncode == 0 else None


def candidates(own: Path) -> Iterator[Path]:
    """Paths to try; an installer runs only when everything before it was refused."""
    if REMEMBERED.exists():
        yield Path(REMEMBERED.read_text(encoding="utf-8").strip())
    yield own
    yield from on_path()
    installer = [sys.executable, "-m", "playwright", "install", "chromium"]
    if run(installer, DOWNLOAD_TIMEOUT_S, {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "10000"}):
        yield own
    if apt := apt_get():
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run([*apt, "update", "-q"], APT_TIMEOUT_S, quiet)
        # Ubuntu's package of this name only fetches a snap; its name there is the same, so the start decides.
        if run([*apt, "install", "-y", "-q", "--no-install-recommends", "chromium"], APT_TIMEOUT_S, quiet):
            yield from on_path()


def main() -> None:
    """Print the path of a Chromium that starts, or end with exit code 1."""
    with sync_playwright() as playwright:
        for path in candidates(Path(playwright.chromium.executable_path)):
            if path.exists() and starts(playwright, path):
                REMEMBERED.write_text(str(path), encoding="utf-8")
                print(path)
                return
    sys.exit(
        "No Chromium for the browser tests: Playwright's download did not work, none is on PATH and the "
        "system's package could not be installed. Install Chromium or Chrome by hand and start again, "
        "or run everything else: make test BROWSER=no"
    )


if __name__ == "__main__":
    main()
