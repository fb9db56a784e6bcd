"""export_html: one bundle as one HTML file that classifies in the visitor's browser.

Served by a web server it can be installed, for it brings its manifest itself. To open without a connection as well it
needs a service worker, which browsers only take from a file of its own: written beside the page where that is wanted.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tellapart
from tellapart import atomic_files
from tellapart.corrections.asking import Asking
from tellapart.corrections.correction import model_of
from tellapart.deploy.accent import LIGHT_GROUND, accent_css, accent_variables
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.examples.choosing import Example
from tellapart.deploy.examples.copies import SmallExample, small_examples
from tellapart.deploy.facts import about_html, credits_text, kinds, model_card_text
from tellapart.deploy.html.examples import examples_html
from tellapart.deploy.html.icon import manifest_icons, svg_address
from tellapart.deploy.html.linking import linked
from tellapart.deploy.html.packing import as_base64, json_in_html, packed
from tellapart.deploy.html.preview import PROMISE, PROMISE_OF_SENDER
from tellapart.deploy.html.runtime import VERSION, Runtime, find_runtime
from tellapart.errors import DeployError
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.safe_text import harmless
from tellapart.store.sqlite.database_errors import disk_reason

if TYPE_CHECKING:
    from tellapart.bundle.loading import Bundle

_SUFFIXES = (".html", ".htm")
_HERE = Path(__file__).parent
_PART = re.compile(r"\{\{(\w+)\}\}")
_MARK = b'<meta name="generator" content="tellapart '  # by which a page of ours is known
_MARK_OF_WORKER = b"// Keeps the page it was made with"
# Nobody may be asked for anything, but to take a correction; only this very script runs, and the worker it makes.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{script}' 'wasm-unsafe-eval' blob:; style-src 'sha256-{style}'; "
    "worker-src blob:{worker}; img-src blob: data:; media-src blob:; manifest-src data:; connect-src {connect}; "
    "form-action 'none'; base-uri 'none'"
)


def export_html(
    bundle_dir: Path | str,
    out: Path | str,
    appearance: Appearance | None = None,
    *,
    runtime: Path | None = None,
    corrections: Asking | None = None,
    service_worker: bool = False,
    examples: Sequence[Example | Path | str] = (),
    force: bool = False,
    progress: Progress = silent,
) -> Path:
    """One HTML file at `out` that classifies as the bundle does, in a browser, from disk or a server, asking nobody.

    Args:
        appearance: its title, texts and colour; the usual ones if None.
        runtime: a local copy of onnxruntime-web, see `find_runtime`; else it is downloaded once and kept.
        corrections: whether visitors may say that an answer is wrong; they may not if None.
        service_worker: write a second file beside it, `service_worker_of(out)`: where both are served over HTTPS the
            page opens without a connection once it was visited. Without, one that lies there from an earlier page is
            replaced by one that sends itself away.
        examples: at most 12 pictures that visitors may try, in the page itself; see `small_examples`.
        force: replace a page that is there, and its service worker, which must be made by tellapart: nothing else is.
    Raises:
        BundleError: the bundle cannot be used; see `load_bundle`.
        DeployError: `out` is there or cannot be written, or the runtime is not to be had, or an example is none.
    """
    from tellapart.bundle.loading import load_bundle  # half a second that a datasheet does without

    target = Path(out).expanduser().absolute()
    worker = service_worker_of(target) if service_worker else None
    _check_free(target, worker, force)
    progress(0, 4, Doing(Step.PREPARING, "Checking the classifier"))
    bundle = load_bundle(Path(bundle_dir))
    tried = small_examples(bundle, examples)
    progress(1, 4, Doing(Step.DOWNLOADING, "Getting onnxruntime-web"))
    engine = find_runtime(runtime, progress)
    progress(2, 4, Doing(Step.CONVERTING, "Putting the page together"))
    name = worker.name if worker else ""
    asking = corrections or Asking()
    html = _page(bundle, engine, appearance or Appearance(), asking, name, tried).encode()
    progress(3, 4, Doing(Step.WRITING, "Writing the page"))
    _check_free(target, worker, force)
    _write(target, html, worker)
    progress(4, 4, Doing(Step.WRITING, "Done"))
    return target


def service_worker_of(page: Path) -> Path:
    """Where a page's service worker lies."""
    return page.with_name(f"{page.stem}-service-worker.js")


def is_our_worker(path: Path) -> bool:
    """Whether that file is a service worker that was written beside a page."""
    return _MARK_OF_WORKER in _beginning(path)


def _check_free(target: Path, worker: Path | None, force: bool) -> None:
    if target.is_dir():
        raise DeployError(
            f"{target} is a folder. Give the page a file name in it, for instance {target / 'page.html'}."
        )
    if target.suffix.lower() not in _SUFFIXES:
        raise DeployError(
            f"{target.name} does not end in .html, so no browser would open it. Call it {target.name}.html."
        )
    for path, mark in ((target, _MARK), (worker, _MARK_OF_WORKER)):
        if path is None or not path.exists():
            continue
        if not force:
            raise DeployError(f"{path} exists. Choose another name, or replace it (--force).")
        if mark not in _beginning(path):
            raise DeployError(
                f"{path} is not what tellapart made of a classifier, so it is not replaced, --force or not. Choose "
                "another name."
            )


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return b""


def _write(target: Path, html: bytes, worker: Path | None) -> None:
    """Both files or none: a worker finds whether the page beside it is another one. Where none is wanted, one of an
    earlier page gives way to one that leaves: visitors who have it would see that earlier page for ever."""
    files = {target: html}
    if worker is not None:
        script = (_HERE / "served" / "service_worker.js").read_text("utf-8")
        files[worker] = script.replace("{{sha256}}", sha256(html).hexdigest()).encode()
    elif is_our_worker(service_worker_of(target)):
        files[service_worker_of(target)] = (_HERE / "served" / "leaving_worker.js").read_bytes()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write_together(files)
    except OSError as error:
        raise DeployError(disk_reason(target.parent, error)) from error


def _page(
    bundle: Bundle,
    engine: Runtime,
    appearance: Appearance,
    asking: Asking,
    worker_name: str,
    examples: list[SmallExample],
) -> str:
    from tellapart.deploy.html.checking import check_of, tall_rows_first
    from tellapart.deploy.html.light_model import lightened

    style = (_HERE / "page.css").read_text("utf-8") + accent_css(appearance.accent)
    script = linked(_HERE / "page" / "main.js")
    worker = f"{engine.script}\n{linked(_HERE / 'worker' / 'main.js')}"
    facts = {
        "classes": [harmless(label) for label in bundle.classes],
        "threshold": bundle.threshold,
        "preprocess": {**bundle.preprocess.to_json(), "tall_rows_first": tall_rows_first()},
        "check": check_of(bundle),
        "corrections": _asked(bundle, asking),
        "installing": _installing(appearance, worker_name),
    }
    address = asking.address if asking.is_on else ""
    parts = {
        "policy": _POLICY.format(
            script=_hash(script),
            style=_hash(style),
            connect=address or "'none'",
            worker=" 'self'" if worker_name else "",
        ),
        "version": tellapart.__version__,
        "title": escape(appearance.title),
        "lead": escape(appearance.about or kinds(bundle.classes)),
        "about": about_html(bundle, appearance.about),
        "examples": examples_html([one.jpeg for one in examples]),
        "promise": PROMISE_OF_SENDER if address else PROMISE,
        "icon": svg_address(accent_variables(appearance.accent)[0][0]),
        "style": style,
        "script": script,
        "facts": json_in_html(facts),
        "worker": json_in_html({"script": worker, "mjs": engine.mjs}),
        "papers": packed(json_in_html(_papers(bundle, [one.credit for one in examples])).encode()),
        "model": packed(lightened(bundle)),
        "wasm": as_base64(engine.wasm_gz),
    }
    template = (_HERE / "page.html").read_text("utf-8")
    return _PART.sub(lambda found: parts[found[1]], template)


def _asked(bundle: Bundle, asking: Asking) -> dict[str, str] | None:
    """What the page needs to take corrections."""
    if not asking.is_on:
        return None
    return {
        "consent": asking.consent,
        "version": asking.version,
        "address": asking.address,
        "model": model_of(bundle.bundle_dir),
    }


def _installing(appearance: Appearance, worker_name: str) -> dict[str, Any]:
    """For page/installing.js."""
    colour = accent_variables(appearance.accent)[0][0]
    return {
        "about": appearance.about,
        "colour": colour,
        "ground": LIGHT_GROUND,
        "icons": manifest_icons(colour),
        "service_worker": worker_name,
    }


def _papers(bundle: Bundle, examples: list[str]) -> dict[str, str]:
    mit = (_HERE / "onnxruntime_licence.txt").read_text("utf-8").strip()
    software = [
        f"onnxruntime-web {VERSION}: copyright Microsoft Corporation, MIT licence. {mit}",
        "The page itself: tellapart, licence Apache-2.0",
    ]
    return {"card": model_card_text(bundle), "credits": credits_text(bundle, software, examples)}


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
