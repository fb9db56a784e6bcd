"""`tellapart lr-find`: which learning rate suits a project's pictures, tried in one short training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.cli.console import explained, print_json, progress_bar, say
from tellapart.cli.understanding.drawing_file import check_drawing, write_drawing
from tellapart.words.commands import typed

if TYPE_CHECKING:
    from tellapart.network.learner.rates import RateSearch

_KINDS = (".svg", ".png")


def lr_find(
    project_dir: Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")],
    n_steps: Annotated[int, typer.Option("--steps", help="Batches to try, 10 to 1000.")] = 60,
    backbone: Annotated[
        str, typer.Option(help="efficientnet_lite0, a torchvision name, or one of timm.")
    ] = DEFAULT_BACKBONE,
    weights: Annotated[
        Path | None, typer.Option(help="A local weights file, .safetensors or .pth.", metavar="FILE")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw loss against rate, .svg or .png.", metavar="FILE")
    ] = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Overwrite a drawing that is there.")] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Suggest a learning rate for training all layers: the rate grows from batch to batch until the loss rises."""
    from tellapart.errors import TrainError
    from tellapart.planning.described import described_pictures, project_description
    from tellapart.progress import Doing, Step
    from tellapart.store.project import open_project
    from tellapart.train.preparation import check_labels
    from tellapart.vision import learner

    with explained(is_json), progress_bar(is_json) as progress:
        if not 10 <= n_steps <= 1000:
            raise TrainError(f"--steps {n_steps} is out of range; choose a number from 10 to 1000.")
        check_drawing(plot, _KINDS, is_forced, is_json)
        if plot is not None:
            from tellapart.network import charts  # noqa: F401  # says what to install where matplotlib is missing
        with open_project(project_dir, progress) as project:
            check_labels(project)
            data = project_description(project).data(described_pictures(project))
        said: list[str] = []
        learn = learner(data, backbone, weights, say=said.append)
        found = learn.lr_find(
            n_steps, lambda step: progress(step, n_steps, Doing(Step.FITTING, "Trying learning rates"))
        )
        if plot is not None:
            _draw(found, plot)
    if is_json:
        print_json(
            {"suggestion": found.suggestion, "table": found.table(), "plot": str(plot) if plot else None}
        )
        return
    for line in (*said, *found.lines(), found.sentence()):
        say(line)
    if plot is not None:
        say(f"The drawing is {plot}.")
    if backbone == DEFAULT_BACKBONE and weights is None and found.suggestion is not None:
        rate = f"{found.suggestion:.1e}"
        say(f"Next: tellapart train {typed(project_dir)} --recipe everything --rate {typed(rate)}")


def _draw(found: RateSearch, plot: Path) -> None:
    from io import BytesIO

    drawing = BytesIO()
    found.figure().savefig(drawing, format=plot.suffix[1:].lower())
    write_drawing(plot, drawing.getvalue())
