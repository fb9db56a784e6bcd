"""`tellapart predict` for outlines: masks and overlays of new pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tellapart.cli.console import EXIT_PARTLY, err, explained, fail, print_json, progress_bar, say
from tellapart.cli.kinds.arguments import BundleDir, JsonFlag
from tellapart.safe_text import harmless
from tellapart.words.percents import tenths

_SHOWN = 6  # classes


def predict(
    bundle_dir: BundleDir,
    pictures: Annotated[list[Path], typer.Argument(help="Picture files.", metavar="PICTURE...")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Write NAME_mask.png and NAME_overlay.png to a new folder.", metavar="FOLDER"
        ),
    ] = None,
    strength: Annotated[
        float, typer.Option(min=0, max=1, help="Of the colours over the picture, 0 to 1.")
    ] = 0.55,
    is_json: JsonFlag = False,
) -> None:
    """Outline things in pictures: a class for every pixel."""
    from tellapart import atomic_files
    from tellapart.errors import ImageError, ProjectError
    from tellapart.outlines.predictor import OutlinePredictor
    from tellapart.outlines.project import OUTLINES
    from tellapart.progress import Doing, Step
    from tellapart.store.sqlite.database_errors import disk_reason

    if out is not None and out.exists():
        fail(f"{out} exists. Choose a new folder name.", is_json)
    told: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    with explained(is_json), progress_bar(is_json) as progress:
        predictor = OutlinePredictor(OUTLINES.bundle_of(bundle_dir))
        taken: set[str] = set()
        for number, picture in enumerate(pictures):
            progress(number, len(pictures), Doing(Step.LOOKING, "Looking at pictures"))
            try:
                found = predictor.predict(picture)
            except ImageError as error:
                refused.append({"picture": str(picture), "error": str(error)})
                continue
            record = {"picture": str(picture), "shares": found.shares}
            if out is not None:
                name = next(one for one in _names(picture) if one.casefold() not in taken)
                taken.add(name.casefold())
                drawn = found.overlay_png(strength)
                try:
                    out.mkdir(parents=True, exist_ok=True)
                    atomic_files.write_bytes(out / f"{name}_mask.png", found.mask_png())
                    atomic_files.write_bytes(out / f"{name}_overlay.png", drawn)
                except OSError as error:
                    raise ProjectError(disk_reason(out.parent, error)) from error
                record |= {"mask": f"{name}_mask.png", "overlay": f"{name}_overlay.png"}
            told.append(record)
    if is_json:
        print_json([*told, *refused])
    else:
        for one in told:
            listed = ", ".join(
                f"{name} {tenths(share)}" for name, share in list(one["shares"].items())[:_SHOWN]
            )
            say(f"{one['picture']}: {listed}")
        for other in refused:
            err.print(harmless(f"{other['picture']}: {other['error']}."), style="red", markup=False)
        if out is not None and told:
            say(f"Masks and overlays are in {out}.")
    if refused:
        raise SystemExit(EXIT_PARTLY if told else 1)


def _names(picture: Path) -> list[str]:
    return [picture.stem, *(f"{picture.stem}-{number}" for number in range(2, 10_000))]
