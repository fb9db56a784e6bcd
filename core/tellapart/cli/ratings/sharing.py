"""app and map for ratings: a page that recommends, and where the items lie."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, say
from tellapart.cli.kinds.arguments import BundleDir, JsonFlag

_SHOWN = 20


def export_page(place: Path, out: Path, title: str, about: str, force: bool) -> Path:
    """A page of the bundle in a folder, or of a project's newest."""
    from tellapart.ratings.page.export import export_rating_page
    from tellapart.ratings.project import RATINGS

    return export_rating_page(RATINGS.bundle_of(place), out, title, about, force=force)


def item_map(
    bundle_dir: BundleDir,
    out: Annotated[
        Path | None,
        typer.Option(help="A new picture of it, .png, .svg or .pdf.", metavar="FILE", show_default=False),
    ] = None,
    most: Annotated[
        int, typer.Option("--most", min=1, max=5000, help="Items, those that most people rated.")
    ] = 500,
    is_json: JsonFlag = False,
) -> None:
    """Lay the items out so that who likes one tends to like those beside it."""
    from tellapart.ratings.item_map import map_items, save_map
    from tellapart.ratings.model_file import read_model
    from tellapart.ratings.project import RATINGS

    with explained(is_json):
        found = map_items(read_model(RATINGS.bundle_of(bundle_dir)), most)
        if out is not None:
            save_map(found, out)
    if is_json:
        print_json([{"item": one.item, "title": one.title, "x": one.x, "y": one.y, "stars": one.stars,
                     "count": one.count} for one in found])  # fmt: skip
        return
    if out is not None:
        say(f"{len(found)} items are on the map in {out}.")
        return
    for one in found.items[:_SHOWN]:
        say(f"  {one.x:+.2f} {one.y:+.2f}  {one.name} ({one.stars:.2f} from {one.count})")
    if len(found) > _SHOWN:
        say(f"  … and {len(found) - _SHOWN} more (--json lists all, --out FILE.png draws them)")
