"""new, recommend (also as predict) and similar for ratings, and the commands that all kinds share."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellapart.cli.console import explained, fail, print_json, say
from tellapart.cli.kinds.arguments import BundleDir, JsonFlag, ProjectDir, kind_app
from tellapart.cli.kinds.deciding import add_steps_and_log
from tellapart.cli.kinds.notebook_door import DecidedDoor
from tellapart.cli.kinds.sharing import add_app, add_export
from tellapart.cli.kinds.training import add_train, say_what_came
from tellapart.cli.ratings.cleaning import clean
from tellapart.cli.ratings.naming import titles
from tellapart.cli.ratings.sharing import export_page, item_map
from tellapart.words.commands import typed

if TYPE_CHECKING:
    from tellapart.ratings.model import Liked

ratings_app = kind_app("ratings", "Ratings instead of pictures: who likes what.")
Most = Annotated[int, typer.Option("--most", min=1, max=1000, help="How many items are listed.")]


@ratings_app.command()
def new(
    project_dir: ProjectDir,
    place: Annotated[
        Path,
        typer.Option(
            "--from",
            help="A CSV, TSV or MovieLens file with user, item and rating, and perhaps time and title.",
            metavar="FILE",
        ),
    ],
    scale: Annotated[
        str | None,
        typer.Option(
            help="Lowest and highest rating, for instance 1-5, where the ratings do not tell.",
            metavar="LOW-HIGH",
            show_default=False,
        ),
    ] = None,
    titles: Annotated[
        Path | None,
        typer.Option(
            help="A CSV, TSV or JSON file with item and title, for titles that the table lacks.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Make a project from a table of ratings. The original is not changed."""
    from tellapart.ratings.project import create_rating_project
    from tellapart.ratings.titles import read_titles, title_sentence

    limits = None if scale is None else _limits(scale, is_json)
    with explained(is_json):
        named = None if titles is None else read_titles(titles)
        project = create_rating_project(project_dir, place, limits, named)
        table = project.table
        notes = [*table.notes, *([title_sentence(table)] if named else [])]
    counts = {"ratings": len(table.stars), "users": len(table.user_names), "items": len(table.item_names)}
    if is_json:
        print_json({"project": str(project.root), **counts, "scale": list(table.scale), "notes": notes})
        return
    low, high = table.scale
    said = f"{counts['ratings']} ratings from {low:g} to {high:g} by {counts['users']} users of {counts['items']} items"
    say(f"{said}, {'with' if table.times is not None else 'without'} times.")
    say_what_came(notes, project_dir)


def _door() -> DecidedDoor:
    from tellapart import ratings

    return ratings


def _then_recommend(project_dir: Path) -> str:
    return f"Next: tellapart recommend {typed(project_dir)} --like ITEM=STARS"


add_train(
    ratings_app,
    _door,
    "Train a recommender, and measure its error on ratings it had not seen.",
    _then_recommend,
)


@ratings_app.command("predict")
@ratings_app.command("recommend")
def recommend(
    bundle_dir: BundleDir,
    like: Annotated[
        list[str] | None,
        typer.Option(
            "--like", help="A rating of the person, by item or title; may be repeated.", metavar="ITEM=STARS"
        ),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(
            "--user", help="A user of the project's own table, instead of --like.", show_default=False
        ),
    ] = None,
    most: Most = 10,
    is_json: JsonFlag = False,
) -> None:
    """What a person would like of what they have not rated: a new one from a few ratings, or one of the table."""
    from tellapart.errors import ProjectError
    from tellapart.ratings.model_file import read_model
    from tellapart.ratings.project import RATINGS, open_rating_project

    if bool(like) == (user is not None):
        fail("Say who it is for: --like ITEM=STARS, once for each rating, or --user NAME.", is_json, 2)
    liked = _ratings(like or [], is_json)
    with explained(is_json):
        model = read_model(RATINGS.bundle_of(bundle_dir))
        if user is not None:
            if not RATINGS.is_project(bundle_dir):
                raise ProjectError(
                    f"{bundle_dir} holds no users. Give the project's folder, or --like ITEM=STARS."
                )
            given = open_rating_project(bundle_dir).ratings_by(user)
            known = set(model.item_names)
            liked = {item: stars for item, stars in given.items() if item in known}
        found = model.recommend(liked, most)
    if is_json:
        print_json([_record(one) for one in found])
        return
    for one in found:
        say(f"  {one.stars:.2f}  {one.name} ({_people(one.n)})")
    if not found:
        say("Every item that is known was rated.")


@ratings_app.command()
def similar(
    bundle_dir: BundleDir,
    item: Annotated[str, typer.Argument(help="An item, by its name or title.", metavar="ITEM")],
    most: Most = 10,
    is_json: JsonFlag = False,
) -> None:
    """What people who liked an item liked too; likeness is at most 1, and counts less where few rated."""
    from tellapart.ratings.model_file import read_model
    from tellapart.ratings.project import RATINGS

    with explained(is_json):
        found = read_model(RATINGS.bundle_of(bundle_dir)).similar(item, most)
    if is_json:
        print_json([{**_record(one), "likeness": one.likeness} for one in found])
        return
    for one in found:
        say(f"  {one.likeness:.2f}  {one.name} ({_people(one.n)})")
    if not found:
        say("No item is like it.")


def _copy_newest(place: Path, target: Path) -> int:
    from tellapart.kinds.bundle_folder import copy_bundle
    from tellapart.ratings.model_file import read_model
    from tellapart.ratings.project import RATINGS

    return copy_bundle(RATINGS.bundle_of(place), target, [RATINGS.model_name], read_model)


ratings_app.command()(clean)
add_steps_and_log(ratings_app, _door)
ratings_app.command()(titles)
ratings_app.command("map")(item_map)
add_export(
    ratings_app,
    _copy_newest,
    about="Copy a project's newest recommender to its own folder, and verify it. It holds items and no users.",
    learned="recommender",
    holds="It holds items, no users and no single rating.",
)
add_app(
    ratings_app,
    export_page,
    about="Make one web page that recommends from a few stars, in the visitor's browser, without a server.",
    holds="It holds no user.",
)


def _limits(scale: str, is_json: bool) -> tuple[float, float]:
    found = re.fullmatch(r"\s*(-?\d+(?:\.\d+)?)\s*(?:-|\.\.|to|:)\s*(-?\d+(?:\.\d+)?)\s*", scale)
    if found is None:
        fail(
            f"--scale {scale!r} is no scale. Write the lowest and the highest rating, for instance 1-5.",
            is_json,
            2,
        )
    return float(found[1]), float(found[2])


def _ratings(like: list[str], is_json: bool) -> dict[str, float]:
    liked: dict[str, float] = {}
    for one in like:
        item, _, stars = one.rpartition("=")
        try:
            value = float(stars.replace(",", "."))
        except ValueError:
            item = ""
        if not item.strip():
            fail(
                f"--like {one!r} is no rating. Write ITEM=STARS, for instance --like 'Toy Story=5'.",
                is_json,
                2,
            )
        if item in liked:
            fail(f"--like names {item!r} twice. Give it one rating.", is_json, 2)
        liked[item] = value
    return liked


def _record(one: Liked) -> dict[str, Any]:
    return {"item": one.item, "title": one.title, "stars": one.stars, "n": one.n}


def _people(n: int) -> str:
    return f"rated by {n} {'person' if n == 1 else 'people'}"
