"""export_outlines_page: one network of outlines as one HTML file that opens from disk and asks nobody for anything."""

from __future__ import annotations

from html import escape
from pathlib import Path

from tellapart.deploy.appearance import Appearance
from tellapart.deploy.html.one_file import check_free, put_together, write_page
from tellapart.deploy.html.packing import as_base64, json_in_html, packed
from tellapart.deploy.html.runtime import VERSION, Runtime, find_runtime
from tellapart.outlines.model import OutlineModel
from tellapart.outlines.model_file import read_model, record_of
from tellapart.progress import Progress, silent

TITLE = "What is where in the picture?"
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
    check_free(target, force)
    model = read_model(Path(bundle).expanduser())
    page = _page(model, find_runtime(runtime, progress), looks or Appearance(TITLE, ""))
    write_page(target, page, "Train with fewer classes")
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


def _page(model: OutlineModel, engine: Runtime, looks: Appearance) -> str:
    names = [one.name for one in model.classes]
    listed = ", ".join(names[:_MOST_LISTED]) + (" …" if len(names) > _MOST_LISTED else "")
    record = record_of(model)
    shown = {name: record[name] for name in ("width", "height", "golden")}
    parts = {
        "title": escape(looks.title),
        "lead": escape(looks.about or f"It tells for every pixel: {listed}."),
        "about": "".join(f"<li>{escape(one)}</li>" for one in facts(model)),
        "facts": json_in_html({**shown, "classes": record["classes"]}),
        "packed": json_in_html(
            {"wasm": as_base64(engine.wasm_gz), "mjs": engine.mjs, "model": packed(model.onnx)}
        ),
    }
    return put_together(Path(__file__).parent, "outlines.css", looks.accent, parts, engine.script)
