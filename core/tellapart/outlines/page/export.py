"""export_outlines_page: one network of outlines as one HTML file that opens from disk and asks nobody for anything."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html import escape
from pathlib import Path

import tellapart
from tellapart import atomic_files
from tellapart.deploy import html as picture_page
from tellapart.deploy.accent import accent_css
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.html.linking import linked
from tellapart.deploy.html.packing import as_base64, json_in_html, packed
from tellapart.deploy.html.runtime import VERSION, Runtime, find_runtime
from tellapart.errors import DeployError
from tellapart.outlines.model import OutlineModel
from tellapart.outlines.model_file import read_model, record_of
from tellapart.progress import Progress, silent
from tellapart.store.sqlite.database_errors import disk_reason

TITLE = "What is where in the picture?"
_HERE = Path(__file__).parent
_STYLE = Path(picture_page.__file__).parent / "page.css"  # the looks of every exported page
_PART = re.compile(r"\{\{(\w+)\}\}")
_MARK = b'<meta name="generator" content="tellapart '  # by which a page of ours is known
# Colours of classes are set by the script, one property at a time, which no style policy forbids.
_POLICY = (
    "default-src 'none'; script-src 'sha256-{script}' 'wasm-unsafe-eval' blob:; style-src 'sha256-{style}'; "
    "img-src blob: data:; connect-src 'none'; form-action 'none'; base-uri 'none'"
)
_MOST_LISTED = 12


def export_outlines_page(
    bundle: Path | str, out: Path | str, looks: Appearance | None = None, *, runtime: Path | None = None,
    force: bool = False, progress: Progress = silent,
) -> Path:  # fmt: skip
    """One HTML file at `out` that draws the classes of a picture over it, with a slider for how strongly.

    Args:
        looks: its title and texts; the usual ones if None.
        runtime: a local copy of onnxruntime-web, see `find_runtime`; else it is downloaded once and kept.
        force: replace a page that tellapart made; nothing else is replaced.
    Raises:
        BundleError: the bundle cannot be used; see `read_model`.
        DeployError: `out` is there, is no .html, or cannot be written; or the runtime is not to be had.
    """
    target = Path(out).expanduser().absolute()
    _check_target(target, force)
    model = read_model(Path(bundle).expanduser())
    page = _page(model, find_runtime(runtime, progress), looks or Appearance(TITLE, ""))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        atomic_files.write_bytes(target, page.encode())
    except OSError as error:
        raise DeployError(disk_reason(target.parent, error)) from error
    return target


def facts(model: OutlineModel) -> list[str]:
    """What the page says about the network, a sentence each."""
    said = [f"Classes: {', '.join(one.name for one in model.classes)}."]
    iou, n, guess = (model.measured.get(name) for name in ("mean_iou", "n_held_out", "baseline"))
    if isinstance(iou, float) and isinstance(n, int):
        said.append(f"Mean IoU {iou:.3f} on {n} pictures that were not learned from.")
    if isinstance(guess, dict) and isinstance(guess.get("mean_iou"), float):
        said.append(f"Saying for each place the class that is there most often: {guess['mean_iou']:.3f}.")
    said.append(
        f"Every picture is seen as {model.width} × {model.height} pixels, so small things may be missed."
    )
    said.append(f"onnxruntime-web {VERSION}: copyright Microsoft Corporation, MIT licence.")
    return said


def _check_target(target: Path, force: bool) -> None:
    if target.is_dir() or target.suffix.lower() not in (".html", ".htm"):
        raise DeployError(
            f"{target} is no name for a web page. Give one that ends in .html, such as page.html."
        )
    if not target.exists():
        return
    if not force:
        raise DeployError(f"{target} exists. Choose another name, or replace it (--force).")
    try:
        with target.open("rb") as file:
            is_ours = _MARK in file.read(4096)
    except OSError as error:
        raise DeployError(disk_reason(target.parent, error)) from error
    if not is_ours:
        raise DeployError(
            f"{target} is not a page that tellapart made, so it is not replaced, --force or not. Choose another name."
        )


def _page(model: OutlineModel, engine: Runtime, looks: Appearance) -> str:
    style = _STYLE.read_text("utf-8") + (_HERE / "outlines.css").read_text("utf-8") + accent_css(looks.accent)
    script = f"{engine.script}\n{linked(_HERE / 'main.js')}"
    if "</script" in script or "<!--" in script:
        raise DeployError(
            "onnxruntime-web holds what would end a script. Leave --runtime out, or give the right one."
        )
    names = [one.name for one in model.classes]
    listed = ", ".join(names[:_MOST_LISTED]) + (" …" if len(names) > _MOST_LISTED else "")
    record = record_of(model)
    shown = {name: record[name] for name in ("width", "height", "golden")}
    parts = {
        "policy": _POLICY.format(script=_hash(script), style=_hash(style)),
        "version": tellapart.__version__,
        "title": escape(looks.title),
        "lead": escape(looks.about or f"It tells for every pixel: {listed}."),
        "about": "".join(f"<li>{escape(one)}</li>" for one in facts(model)),
        "style": style,
        "script": script,
        "facts": json_in_html({**shown, "classes": record["classes"]}),
        "packed": json_in_html(
            {"wasm": as_base64(engine.wasm_gz), "mjs": engine.mjs, "model": packed(model.onnx)}
        ),
    }
    template = (_HERE / "page.html").read_text("utf-8")
    return _PART.sub(lambda found: parts[found[1]], template)


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()
