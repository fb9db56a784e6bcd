"""How soon the Clean page shows its pictures, and how soon it acknowledges a decision, at several numbers of pictures.

    python benchmarks/grid.py

In a real Chromium, on the real studio, with made projects in which everything is cached that cleaning looks at (see
clean_project.py) and that somebody has looked at before. `heading` is when the page is there; `first picture` and
`all in sight` are counted from it. A decision is timed in the page: from the key press to the frame in which the tile
says so (`seen`), to the kernel's word that it is in the journal (`written`), and to the new ranking (`ranked`).
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import report
from clean_project import make_project
from playwright.sync_api import Page, sync_playwright
from tellapart.clean import open_review
from tellapart.store.project import open_project
from tellapart_dashboards.pages.clean.saved_queue import save_queue

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
DECISIONS = ("seen_ms", "written_ms", "ranked_ms", "kept_ms", "removed_ms")
VIEWS = {"findings": "", "every picture": "every"}
# What happens in the page, in milliseconds of its own clock.
WATCH = """() => {
  window.timed = {};
  const root = document.querySelector(".ta-cleaner");
  document.addEventListener("keydown", (event) => {
    const tile = document.activeElement;
    window.timed = { began: event.timeStamp };
    const look = () => {
      if (tile.querySelector(".ta-decided").textContent) {
        const painted = () => { window.timed.seen ??= performance.now() - window.timed.began; };
        requestAnimationFrame(() => setTimeout(painted));
      } else requestAnimationFrame(look);
    };
    look();
  }, true);
  const send = WebSocket.prototype.send;
  const heard = new WeakSet();
  WebSocket.prototype.send = function (data) {
    if (!heard.has(this)) {
      heard.add(this);
      this.addEventListener("message", (event) => {
        const text = typeof event.data === "string" ? event.data : new TextDecoder().decode(event.data);
        const after = performance.now() - window.timed.began;
        if (text.includes('"decided"') && text.includes('"is_done"')) window.timed.written ??= after;
        if (text.includes('"changed"') && text.includes('"custom"')) window.timed.ranked ??= after;
      });
    }
    return send.call(this, data);
  };
}"""


def main() -> None:
    """Measure, print, finish with JSON."""
    parser = argparse.ArgumentParser(
        description="Time to the first pictures and to a decision's acknowledgement."
    )
    parser.add_argument("--sizes", default="10000,100000", help="numbers of pictures")
    parser.add_argument("--chromium", help="a Chromium or Chrome; else the one of playwright, or on the path")
    parser.add_argument("--decisions", type=int, default=15, help="timed in each view, at least 2")
    options = parser.parse_args()
    report.machine_line()
    result = {
        size: _measure(int(size), options.chromium, options.decisions) for size in options.sizes.split(",")
    }
    rows = [
        [f"{int(size):,}", view, *(report.number(one[name], 2) for name in ("heading_s", "first_s", "all_s")),
         *(report.number(one[name], 0) for name in DECISIONS)]
        for size, views in result.items() for view, one in views.items()
    ]  # fmt: skip
    columns = ["pictures", "view", "heading, s", "first picture, s", "all in sight, s", "seen, ms", "written, ms",
               "ranked, ms", "kept, ms", "removed, ms"]  # fmt: skip
    report.table("Clean: from the page's heading to pictures; from a key to its effect", columns, rows)
    report.finish(result)


def _measure(n: int, chromium: str | None, n_decisions: int) -> dict[str, dict[str, Any]]:
    """Both views of a project of n pictures that was looked at before."""
    with tempfile.TemporaryDirectory(prefix="tellapart-bench-") as folder:
        root = Path(folder) / "project"
        make_project(root, n)
        with open_project(root) as project:
            save_queue(project, open_review(project).queue())
        measured = {}
        for view, kind in VIEWS.items():
            with open_project(root) as project:
                project.manifest.set_setting("clean_view", {"kind": kind})
            measured[view] = _visit(root, chromium, n_decisions)
        return measured


def _visit(root: Path, chromium: str | None, n_decisions: int) -> dict[str, Any]:
    """One visit: when things were there, then the medians of some decisions."""
    log = root.parent / "studio.log"
    with log.open("wb") as output:
        command = [
            sys.executable,
            "-m",
            "tellapart_dashboards",
            "--project",
            str(root),
            "--no-browser",
            "--page",
            "clean",
        ]
        studio = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
    try:
        url = _address(log, studio)
        found = chromium or shutil.which("chromium") or shutil.which("google-chrome")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
            page = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
            measured = {**_opened(page, url), **_decided(page, n_decisions)}
            page.goto("about:blank")
            browser.close()
            return measured
    finally:
        studio.terminate()
        studio.wait(20)


def _address(log: Path, studio: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        found = re.search(r"http://\S+", log.read_text("utf-8", errors="replace"))
        if found:
            return found.group()
        if studio.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"The studio did not start: {log.read_text('utf-8', errors='replace')}")


def _opened(page: Page, url: str) -> dict[str, float]:
    began = time.perf_counter()
    page.goto(url)
    page.locator(".ta-main h1").first.wait_for(timeout=120_000)
    heading_s = time.perf_counter() - began
    page.locator(".ta-tile img[src]").first.wait_for(timeout=120_000)
    first_s = time.perf_counter() - began - heading_s
    page.wait_for_function(
        "() => { const all = [...document.querySelectorAll('.ta-tile')].filter((one) => "
        "one.getBoundingClientRect().top < innerHeight); "
        "return all.length && all.every((one) => one.querySelector('img[src]') && one.innerText); }"
    )
    return {"heading_s": heading_s, "first_s": first_s, "all_s": time.perf_counter() - began - heading_s}


def _decided(page: Page, n_decisions: int) -> dict[str, float]:
    """Medians of some decisions, once the review is open."""
    page.get_by_text("how wrong labels are found").wait_for(state="attached", timeout=300_000)
    page.evaluate(WATCH)
    page.locator('.ta-tile[aria-posinset="1"]').focus()
    times: list[dict[str, float]] = []
    for i in range(n_decisions):
        page.keyboard.press("d" if i % 2 else "s")
        page.wait_for_function("window.timed.seen && window.timed.ranked", timeout=60_000)
        times.append(page.evaluate("window.timed"))
        page.wait_for_timeout(300)
    found = {f"{name}_ms": median(one[name] for one in times) for name in ("seen", "written", "ranked")}
    # a picture that is kept changes no label, so nothing has to be learned; one that is removed does
    return {**found, "kept_ms": median(one["ranked"] for one in times[::2]),
            "removed_ms": median(one["ranked"] for one in times[1::2])}  # fmt: skip


if __name__ == "__main__":
    main()
