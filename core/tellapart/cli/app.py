"""The commands. Each loads what it needs when it runs, so that `tellapart --help` is there at once."""

from __future__ import annotations

import warnings
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellapart import __version__
from tellapart.backbones.names import DEFAULT_BACKBONE
from tellapart.cli.add import add
from tellapart.cli.bundle_argument import bundle_in
from tellapart.cli.clean import clean, log, redo, replay, undo
from tellapart.cli.console import (
    EXIT_ERROR,
    EXIT_PARTLY,
    explained,
    fail,
    fail_to_write,
    hush_libraries,
    print_json,
    progress_bar,
    say,
)
from tellapart.cli.credits import credits as credits_command
from tellapart.cli.datasets import datasets as datasets_command
from tellapart.cli.datasheet import datasheet
from tellapart.cli.gather import gather as gather_command
from tellapart.cli.intake_words import LABELS_HELP, tell_intake
from tellapart.cli.kinds.dispatch import KindsGroup
from tellapart.cli.kinds.training import say_trained
from tellapart.cli.nightly import nightly
from tellapart.cli.publish import publish
from tellapart.cli.published.corrections import corrections
from tellapart.cli.published.shadow import shadow
from tellapart.cli.published.watch import watch
from tellapart.cli.serve import serve, studio
from tellapart.cli.share import app as app_command
from tellapart.cli.training_runs.advice import advice
from tellapart.cli.training_runs.compare import compare
from tellapart.cli.training_runs.lr_find import lr_find
from tellapart.cli.training_runs.prune import prune
from tellapart.cli.training_runs.report import report
from tellapart.cli.training_runs.runs import runs
from tellapart.cli.understanding.explain import explain
from tellapart.cli.understanding.learning_curve import learning_curve
from tellapart.words.commands import typed
from tellapart.words.percents import likeliest

if TYPE_CHECKING:
    from tellapart.store.project import Project

app = typer.Typer(
    cls=KindsGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")]
ProjectDir = Annotated[Path, typer.Argument(help="The project's folder.", metavar="DIR")]


def main() -> None:
    """Run the command line."""
    hush_libraries()
    warnings.filterwarnings("ignore", module="PIL")  # what matters about a picture is in its refusal
    try:
        app()
    except OSError as error:
        fail_to_write(error)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        say(f"tellapart {__version__}")
        raise typer.Exit


@app.callback()
def options(
    is_version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", callback=_say_version, is_eager=True),
    ] = False,
) -> None:
    """Teach a computer to tell things apart."""


@app.command()
def samples(
    directory: Annotated[Path, typer.Argument(help="A new folder for the pictures.", metavar="DIR")],
    seed: Annotated[int, typer.Option(help="A different number draws different pictures.", min=0)] = 0,
    is_json: JsonFlag = False,
) -> None:
    """Draw sample pictures: four kinds of leaves, with a few planted flaws."""
    from tellapart.samples import make_samples

    with explained(is_json):
        if directory.exists() and (not directory.is_dir() or not _may_hold_samples(directory)):
            fail(f"{directory} exists and is not empty. Choose a new folder name.", is_json)
        with progress_bar(is_json) as progress:
            made = make_samples(directory, seed=seed, progress=progress)
    labels = {
        folder.name: sum(1 for _ in folder.iterdir())
        for folder in sorted(directory.iterdir())
        if folder.is_dir()
    }
    if is_json:
        print_json(
            {"directory": str(directory), "labels": labels, "planted": [asdict(flaw) for flaw in made.flaws]}
        )
    else:
        say(
            f"{sum(labels.values())} drawn pictures in {directory}: "
            f"{', '.join(f'{n} {label}' for label, n in labels.items())}."
        )
        say(f"Next: tellapart new my-project --from {typed(directory)}")


def _may_hold_samples(directory: Path) -> bool:
    """Whether nothing lies there but what the samples consist of; `make_samples` looks closer."""
    from tellapart.samples.shapes import KINDS

    return all(path.name in KINDS for path in directory.iterdir())


@app.command()
def new(
    project_dir: ProjectDir,
    place: Annotated[
        Path,
        typer.Option(
            "--from",
            help="A folder or zip with one folder of pictures per label; or a file of texts, a table, ratings, or a "
            "folder with masks.",
            metavar="FOLDER|ZIP|FILE",
        ),
    ],
    label: Annotated[str | None, typer.Option(help="One label for all, where there are no folders.")] = None,
    labels: Annotated[str, typer.Option(help=LABELS_HELP, metavar="WHERE")] = "auto",
    is_json: JsonFlag = False,
) -> None:
    """Make a project from your pictures, or from texts, a table, ratings or masks (--kind texts, tables, ratings or
    outlines where it is taken for something else). The originals are not changed."""
    from tellapart.gather import read_place, take_in

    with explained(is_json):
        # a wrong path, or a place without labels, should not leave an empty project behind
        read_place(place.expanduser().absolute(), labels, label)
        with _empty_project(project_dir) as project, progress_bar(is_json) as progress:
            summary = take_in(project, place, label, progress=progress, labels=labels)
    if is_json:
        print_json({"project": str(project.root), **summary.to_json()})
        return
    tell_intake(summary, "new")
    say(f"Next: tellapart train {typed(project_dir)}")


def _empty_project(project_dir: Path) -> Project:
    """A new project, or the empty one that a failed try left behind."""
    from tellapart.store.project import create_project, is_project, open_project

    if is_project(project_dir):
        project = open_project(project_dir)
        if not project.manifest.n_pictures():
            return project
        project.close()
    return create_project(project_dir)


app.command()(add)
app.command("gather")(gather_command)


@app.command()
def train(
    project_dir: ProjectDir,
    backbone: Annotated[
        str, typer.Option(help="efficientnet_lite0, or a torchvision name such as resnet50.")
    ] = DEFAULT_BACKBONE,
    weights: Annotated[
        Path | None, typer.Option(help="A local weights file, .safetensors or .pth.", metavar="FILE")
    ] = None,
    split: Annotated[
        str, typer.Option(help="hash (stays the same when pictures are added) or random.")
    ] = "hash",
    seed: Annotated[int, typer.Option(help="Seed of the random split.", min=0)] = 0,
    valid: Annotated[float, typer.Option(help="Fraction of pictures held out to measure the error.")] = 0.2,
    prior: Annotated[
        str, typer.Option(help="project (labels as common as in the project) or equal (all equally likely).")
    ] = "project",
    recipe: Annotated[
        str | None,
        typer.Option(
            help="quick (seconds), thorough (about ten seconds for 400 pictures: the network's last blocks learn, too) "
            "or everything (minutes: all its layers learn). Quick unless given; everything where a graphics card can "
            "be used.",
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(help="Passes over the pictures with thorough or everything.", show_default=False),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(help="Highest learning rate with thorough or everything.", show_default=False),
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Train a model and measure its error on held-out pictures."""
    from tellapart.planning.usual_recipe import usual_recipe
    from tellapart.store.project import open_project
    from tellapart.train import TrainConfig, keep_as_run, train_head

    with explained(is_json), progress_bar(is_json) as progress:
        config = TrainConfig(backbone, weights, split, seed, valid, prior, recipe or "quick")  # type: ignore[arg-type]  # checked by TrainConfig
        with open_project(project_dir, progress) as project:
            changes = project.changes
            if recipe is None and backbone == DEFAULT_BACKBONE and weights is None:
                config = replace(config, recipe=usual_recipe(project.manifest.label_counts()))
            config = replace(config, epochs=epochs, rate=rate)
            result = train_head(project, config, progress)
            keep_as_run(project, result)
    for line in () if is_json else (*changes, *result.notes):
        say(line)
    say_trained(result, f"Next: tellapart predict {typed(result.bundle_dir)} PICTURE…", is_json)


@app.command()
def predict(
    bundle_dir: Annotated[
        Path,
        typer.Argument(
            help="A bundle's folder, or a project's folder for its newest bundle.", metavar="BUNDLE"
        ),
    ],
    files: Annotated[
        list[Path],
        typer.Argument(help="Pictures, folders of pictures, or patterns such as *.jpg.", metavar="FILE…"),
    ],
    is_json: JsonFlag = False,
) -> None:
    """Classify pictures. Exit code 3 when some could not be read."""
    from tellapart.classify import Predictor
    from tellapart.description import named_files
    from tellapart.errors import ImageError

    rows: list[dict[str, Any]] = []
    with explained(is_json):
        predictor, pictures = Predictor(bundle_in(bundle_dir)), named_files(files)
        for file, answer in zip(pictures, predictor.predict_many(pictures), strict=True):
            if isinstance(answer, ImageError):
                rows.append({"file": str(file), "error": str(answer)})
            else:
                rows.append({
                    "file": str(file), "label": answer.label, "index": answer.index,
                    "probabilities": answer.probabilities, "none_of_these": answer.is_none_of_these,
                })  # fmt: skip
    if is_json:
        print_json(rows)
    else:
        for row in rows:
            say(_sentence(row))
    if any("error" in row for row in rows):
        raise SystemExit(EXIT_PARTLY)


def _sentence(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['file']}: not classified: {row['error']}"
    listed = likeliest(row["probabilities"])
    return (
        f"{row['file']}: none of these (nearest: {listed})"
        if row["none_of_these"]
        else f"{row['file']}: {listed}"
    )


@app.command()
def export(
    project_dir: ProjectDir,
    target: Annotated[Path, typer.Argument(help="A new folder for the bundle.", metavar="OUT")],
    is_json: JsonFlag = False,
) -> None:
    """Copy a project's newest model to its own folder, and verify it."""
    from tellapart.bundle.writer import copy_bundle

    with explained(is_json):
        target = copy_bundle(bundle_in(project_dir), target)
    n_bytes = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    if is_json:
        print_json({"bundle": str(target), "megabytes": round(n_bytes / 1e6, 2)})
    else:
        say(
            f"The model is in {target} ({n_bytes / 1e6:.1f} MB). Its golden/ folder holds small copies of a "
            "few of your pictures."
        )


for understanding in (explain, learning_curve):
    app.command()(understanding)
app.command("app")(app_command)
app.command()(serve)
app.command()(publish)
app.command()(studio)
app.command()(nightly)
for published in (corrections, watch, shadow):
    app.command()(published)

app.command("lr-find")(lr_find)
for command in (advice, runs, compare, report, prune, clean, undo, redo, log, replay):
    app.command()(command)

app.command("datasets")(datasets_command)
app.command("credits")(credits_command)
app.command()(datasheet)


@app.command()
def doctor(is_json: JsonFlag = False) -> None:
    """Say what is wrong with this installation and how to fix it."""
    from tellapart.doctor import examine

    with explained(is_json):
        findings = examine()
    if is_json:
        print_json(
            [{"name": f.name, "is_ok": f.is_ok, "sentence": f.sentence, "remedy": f.remedy} for f in findings]
        )
    else:
        for finding in findings:
            say(f"{'ok ' if finding.is_ok else 'BAD'} {finding.name}: {finding.sentence}")
            if finding.remedy and not finding.is_ok:
                say(f"    {finding.remedy}")
    if not all(finding.is_ok for finding in findings):
        raise SystemExit(EXIT_ERROR)
