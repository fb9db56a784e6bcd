"""The exported page in a real browser: its size, when it is ready, a picture's time beside bare onnxruntime-web's.

    python benchmarks/html_page.py --bundle BUNDLE --runtime FOLDER --pictures FOLDER

The page is opened from disk. The bare one, on a server of this script, runs the same ONNX file on the same runtime with
one thread and nothing around it; both take turns, picture by picture, so that whatever else the computer does weighs on
both. Needs Playwright and Chromium (TELLAPART_CHROMIUM). The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import threading
from contextlib import suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Browser, Page, sync_playwright
from tellapart.deploy import export_html

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]  # fmt: skip
BARE = """<!doctype html><script src="dist/ort.wasm.min.js"></script><script type="module">
ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = new URL("dist/", location).href;
const session = await ort.InferenceSession.create("model.onnx", { executionProviders: ["wasm"] });
const side = SIDE;
const pixels = new ort.Tensor("uint8", new Uint8Array(side * side * 3).map((_, i) => i % 251), [1, side, side, 3]);
window.once = async () => {
  const start = performance.now();
  await session.run({ pixels });
  return performance.now() - start;
};
await window.once();
document.documentElement.dataset.ready = "1";
</script>"""
CAMERA_S = 8


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


def ready_ms(browser: Browser, page_file: Path) -> float:
    """From the start of loading to ready, in a fresh context."""
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.locator("html[data-ready]").wait_for(state="attached", timeout=300_000)
    found = float(page.evaluate("document.documentElement.dataset.ready"))
    page.close()
    return found


def bare_page(browser: Browser, bundle: Path, runtime: Path, folder: Path) -> Page:
    """The runtime with nothing around it, warm."""
    (folder / "dist").mkdir()
    for name in ("ort.wasm.min.js", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"):
        shutil.copy(runtime / "dist" / name, folder / "dist" / name)
    shutil.copy(bundle / "model.onnx", folder)
    side = json.loads((bundle / "bundle.json").read_text("utf-8"))["preprocess"]["size_px"]
    (folder / "index.html").write_text(BARE.replace("SIDE", str(side)), "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = browser.new_page()
    page.goto(f"http://127.0.0.1:{server.server_port}/")
    page.locator("html[data-ready]").wait_for(state="attached", timeout=300_000)
    return page


def answered_ms(page: Page, picture: Path) -> float:
    """The worker's time for one file: read, decoded, resized, classified."""
    page.set_input_files("#files", [picture])
    while True:
        found = page.evaluate("tellapart.answers.entries.at(-1)?.answer?.ms ?? null")
        if found is not None:
            page.evaluate("tellapart.answers.clear()")
            return float(found)
        page.wait_for_timeout(100)  # asked seldom, so that asking costs nothing


def camera_rate(page: Page) -> tuple[float, float]:
    """Answers a second of Chromium's own test camera, and the processor's ms for each, all threads of the page.

    The second hardly depends on what else the computer does; a core that is free gives at least 1000 / it a second, but
    for the wait for the camera's next frame.
    """
    page.get_by_role("button", name="Use the camera").click()
    page.wait_for_timeout(1000)
    before, spent = page.evaluate("[tellapart.camera.nAnswers, performance.now()]"), pages_cpu_s()
    page.wait_for_timeout(CAMERA_S * 1000)
    after, spent = page.evaluate("[tellapart.camera.nAnswers, performance.now()]"), pages_cpu_s() - spent
    n = after[0] - before[0]
    return float(n / (after[1] - before[1]) * 1000), 1000 * spent / n


def pages_cpu_s() -> float:
    """Seconds of the processor that the pages of our browser have taken so far."""
    spent = 0.0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):  # one that is just ending
            if "--type=renderer" in process.cmdline():
                spent += sum(process.cpu_times()[:2])
    return spent


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bundle", type=Path, required=True)
    parser.add_argument("--runtime", type=Path, required=True, help="folder of the package onnxruntime-web")
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--n", type=int, default=24)
    arguments = parser.parse_args()
    found = sorted(
        path for path in arguments.pictures.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png")
    )
    pictures = found[:: max(1, len(found) // arguments.n)][: arguments.n]
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        page_file = export_html(arguments.bundle, folder / "page.html", runtime=arguments.runtime)
        chromium = os.environ.get("TELLAPART_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        ready = [ready_ms(browser, page_file) for _ in range(3)]
        (folder / "bare").mkdir()
        bare = bare_page(browser, arguments.bundle, arguments.runtime, folder / "bare")
        page = browser.new_page()
        page.goto(page_file.as_uri())
        page.locator("html[data-ready]").wait_for(state="attached", timeout=300_000)
        ours, theirs = [], []
        for picture in pictures:
            ours.append(answered_ms(page, picture))
            theirs.append(float(bare.evaluate("once()")))
        rate, camera_cpu_ms = camera_rate(page)
        size = page_file.stat().st_size
        browser.close()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"{len(pictures)} pictures; {os.cpu_count()} cores, load {load:.1f}")
    print(json.dumps({
        "megabytes": round(size / 1e6, 2),
        "ready_s": round(min(ready) / 1000, 2),
        "picture_ms": round(statistics.median(ours), 1),
        "picture_ms_least": round(min(ours), 1),
        "bare_ms": round(statistics.median(theirs), 1),
        "bare_ms_least": round(min(theirs), 1),
        "ratio": round(statistics.median(a / b for a, b in zip(ours, theirs, strict=True)), 2),
        "camera_per_s": round(rate, 1),
        "camera_cpu_ms": round(camera_cpu_ms, 1),
        "load": round(load, 1),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
