"""app and map for ratings: a page that recommends, and where the items lie."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.cli.console import explained, print_json, say

BundleDir = Annotated[
    Path, typer.Argument(help="A bundle's folder, or a project's for its newest.", metavar="BUNDLE")
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
_SHOWN = 20


def page(
    bundle_dir: BundleDir,
    out: Annotated[Path, typer.Argument(help="A new file that ends in .html.", metavar="OUT")],
    title: Annotated[str, typer.Option(help="Above the page.")] = "",
    about: Annotated[str, typer.Option(help="A few sentences below the title.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a page that tellapart made.")] = False,
    is_json: JsonFlag = False,
) -> None:
    """Make one web page that recommends from a few stars, in the visitor's browser, without a server."""
    from tellapart.ratings.bundle_folder import bundle_of
    from tellapart.ratings.page.export import export_rating_page

    with explained(is_json):
        made = export_rating_page(bundle_of(bundle_dir), out, title, about, force=force)
        megabytes = made.stat().st_size / 1e6
    if is_json:
        print_json({"page": str(made), "megabytes": round(megabytes, 2)})
        return
    say(
        f"{made} ({megabytes:.1f} MB). Open it in a browser: it works without the internet, and holds no user."
    )


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
    from tellapart.ratings.bundle_folder import bundle_of
    from tellapart.ratings.item_map import map_items, save_map
    from tellapart.ratings.model_file import read_model

    with explained(is_json):
        found = map_items(read_model(bundle_of(bundle_dir)), most)
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
