"""`tellapart app` and `tellapart onnx` for tables: a classifier of rows for people and programs without tellapart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, say
from tellapart.cli.kinds.arguments import BundleDir, JsonFlag


def export_page(place: Path, out: Path, title: str, about: str, force: bool) -> Path:
    """A page of the bundle in a folder, or of a project's newest."""
    from tellapart.tables.page.export import export_table_page
    from tellapart.tables.project import TABLES

    return export_table_page(TABLES.bundle_of(place), out, title, about, force=force)


def onnx(
    bundle_dir: BundleDir,
    out: Annotated[Path, typer.Argument(help="A new file that ends in .onnx.", metavar="OUT")],
    is_json: JsonFlag = False,
) -> None:
    """Write the classifier as an ONNX file, checked to answer as tellapart does."""
    from tellapart.tables.graph.export import export_table_onnx
    from tellapart.tables.project import TABLES

    with explained(is_json):
        made = export_table_onnx(TABLES.bundle_of(bundle_dir), out)
    if is_json:
        print_json(
            {
                "onnx": str(made.path),
                "inputs": made.inputs,
                "rows": made.n_rows,
                "difference": made.difference,
            }
        )
        return
    say(f"{made.path} ({made.path.stat().st_size / 1e6:.1f} MB).")
    say(
        f"Checked with ONNX Runtime on {made.n_rows} rows: no probability differs by more than {made.difference:.1g}."
    )
    for title, kind in made.inputs.items():
        say(f"  {title}: {kind}")
