"""`tellapart learning-curve`: how a project's error falls with more pictures, and what twice as many would bring."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.cli.understanding.drawing_file import check_drawing, write_drawing


def learning_curve(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    times: Annotated[float, typer.Option(help="How many times as many pictures to forecast for.")] = 2.0,
    backbone: Annotated[
        str, typer.Option(help="efficientnet_lite0, or a torchvision name such as resnet50.")
    ] = DEFAULT_BACKBONE,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the errors and the forecast, .svg.", metavar="FILE")
    ] = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Overwrite a drawing that is there.")] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Say how many pictures would be wrong with twice as many, by training on parts of those there are."""
    from tellapart.backbones.catalogue import load_backbone
    from tellapart.errors import TrainError
    from tellapart.planning.config import TrainConfig
    from tellapart.store.project import open_project
    from tellapart.train.fitting import more_pictures
    from tellapart.train.preparation import check_labels, prepare

    with explained(is_json), progress_bar(is_json) as progress:
        if not 1 < times <= 100:
            raise TrainError(f"--times {times:g} is out of range; choose a number above 1, up to 100.")
        check_drawing(plot, (".svg",), is_forced, is_json)
        with open_project(project_dir, progress) as project:
            check_labels(project)
            data = prepare(
                project, load_backbone(backbone, progress=progress), TrainConfig(backbone), progress
            )
        found = more_pictures(data, times, progress)
        if plot is not None:
            from tellapart.training_runs.report.learning_curve_chart import learning_curve_svg

            write_drawing(plot, learning_curve_svg(found))
    if is_json:
        print_json({**found.to_json(), "plot": str(plot) if plot else None})
        return
    for size, error in zip(found.sizes, found.errors, strict=True):
        say(f"Trained on {size:.0f} pictures: {100 * error:.1f} of 100 wrong")
    say(found.sentence())
    for label in sorted(found.by_label, key=lambda label: -found.by_label[label].now):
        say(f"    {found.label_sentence(label)}")
    if plot is not None:
        say(f"The drawing is {plot}.")
