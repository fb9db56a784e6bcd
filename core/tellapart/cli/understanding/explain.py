"""`tellapart explain`: where in a picture the evidence for a label lies, drawn over the picture and in words."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellapart.cli.bundle_argument import bundle_in
from tellapart.cli.console import EXIT_PARTLY, explained, print_json, progress_bar, say
from tellapart.words.percents import tenths, whole

if TYPE_CHECKING:
    from tellapart.classify import Predictor
    from tellapart.progress import Progress
    from tellapart.understanding import Explainer
    from tellapart.understanding.nearest import Sought

_SIDE_PX = 1024  # of what is drawn, at most
_N_NEAREST = 5


def explain(
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
    out: Annotated[Path, typer.Option(help="Where the drawings go.", metavar="FOLDER")] = Path("why"),
    labels: Annotated[
        list[str] | None,
        typer.Option("--label", help="Explain this label instead of the likeliest; may be repeated."),
    ] = None,
    project_dir: Annotated[
        Path | None,
        typer.Option(
            "--project", help="Name the pictures of this project that look most alike.", metavar="DIR"
        ),
    ] = None,
    is_forced: Annotated[bool, typer.Option("--force", help="Overwrite drawings that are there.")] = False,
    is_json: Annotated[bool, typer.Option("--json", help="Print one JSON value and nothing else.")] = False,
) -> None:
    """Draw where in a picture the evidence for its label lies. Exit code 3 when some could not be read."""
    from tellapart.classify import Predictor
    from tellapart.description import named_files
    from tellapart.errors import ExplainError
    from tellapart.understanding import Explainer

    with explained(is_json), progress_bar(is_json) as progress:
        predictor = Predictor(bundle_in(bundle_dir))
        explainer = Explainer(predictor.bundle)
        for label in labels or []:
            explainer.index_of(label)  # before anything is written
        if out.exists() and not out.is_dir():
            raise ExplainError(f"{out} is a file. Name a folder for the drawings with --out.")
        sought = _sought(explainer) if project_dir is not None else None
        drawing = _Drawing(predictor, explainer, out, tuple(labels or ()), is_forced, sought)
        rows = [drawing.row(file) for file in named_files(files)]
        if project_dir is not None and sought is not None:
            _add_nearest(rows, sought, project_dir, progress)
    if is_json:
        print_json(rows)
    else:
        for row in rows:
            for sentence in _sentences(row):
                say(sentence)
    if any("error" in row for row in rows):
        raise SystemExit(EXIT_PARTLY)


class _Drawing:
    """Draws one picture after the other. sought: gets those that could be read; None where nobody asks for their
    nearest."""

    def __init__(
        self,
        predictor: Predictor,
        explainer: Explainer,
        out: Path,
        labels: tuple[str, ...],
        is_forced: bool,
        sought: Sought | None,
    ):
        self._predictor, self._explainer, self._sought = predictor, explainer, sought
        self._out, self._labels, self._is_forced = out, labels, is_forced
        self._taken: set[str] = set()

    def row(self, file: Path) -> dict[str, Any]:
        """What is said of one file, its drawings written: plain JSON values."""
        from tellapart.errors import ImageError
        from tellapart.pictures.images import read_image

        preprocess = self._predictor.bundle.preprocess
        try:
            pixels = self._predictor.pixels(file)
            picture = read_image(file, max(_SIDE_PX // 2, preprocess.resize_px))
        except ImageError as error:
            return {"file": str(file), "error": str(error)}
        if self._sought is not None:
            self._sought.add(pixels)
        picture.thumbnail((_SIDE_PX, _SIDE_PX))
        answer = self._predictor.predict_pixels(pixels[None])[0]
        explained_labels = []
        for shown in self._explainer.class_maps(pixels, self._labels or (answer.label,)):
            explained_labels.append({
                **shown.to_json(), "probability": answer.probabilities[shown.label],
                "place": shown.place(*picture.size, preprocess), "drawing": str(self._write(file, picture, shown)),
            })  # fmt: skip
        return {
            "file": str(file), "label": answer.label, "none_of_these": answer.is_none_of_these,
            "explained": explained_labels,
        }  # fmt: skip

    def _write(self, file: Path, picture: Any, shown: Any) -> Path:
        from tellapart import atomic_files
        from tellapart.errors import ExplainError
        from tellapart.store.sqlite.database_errors import disk_reason
        from tellapart.understanding import draw_overlay

        path = self._out / self._name(f"{file.stem}-{shown.label}")
        if path.exists() and not self._is_forced:
            raise ExplainError(
                f"{path} is there already. Overwrite it with --force, or name another folder with --out."
            )
        buffer = BytesIO()
        draw_overlay(picture, shown, self._predictor.bundle.preprocess).save(buffer, "PNG")
        try:
            self._out.mkdir(parents=True, exist_ok=True)
            atomic_files.write_bytes(path, buffer.getvalue())
        except OSError as error:
            raise ExplainError(disk_reason(self._out, error)) from error
        return path

    def _name(self, wanted: str) -> str:
        """A file name that this call has not used yet: pictures of two folders may be called alike."""
        from tellapart.label_names import name_key, safe_name, sayable

        plain = safe_name(sayable(wanted))
        name, number = plain, 1
        while name_key(name) in self._taken:
            number += 1
            name = f"{plain}-{number}"
        self._taken.add(name_key(name))
        return f"{name}.png"


def _sought(explainer: Explainer) -> Sought:
    from tellapart.understanding.nearest import Sought  # takes a while to import, and few ask for it

    return Sought(explainer.inner)


def _add_nearest(rows: list[dict[str, Any]], sought: Sought, project_dir: Path, progress: Progress) -> None:
    from tellapart.store.project import open_project

    read = [row for row in rows if "error" not in row]
    if not read:
        return
    with open_project(project_dir, progress) as project:
        found = sought.nearest(project, _N_NEAREST, progress)
    for row, near in zip(read, found, strict=True):
        row["nearest"] = [one.to_json() for one in near]


def _sentences(row: dict[str, Any]) -> list[str]:
    if "error" in row:
        return [f"{row['file']}: not explained: {row['error']}"]
    said = []
    for one in row["explained"]:
        doubt = " (but none of these is likelier)" if row["none_of_these"] else ""
        if one["share"]:
            evidence = (
                f"the evidence lies {one['place']}, {whole(one['share'])} of it in a tenth of the picture"
            )
        else:
            evidence = "nothing in the picture speaks for it"
        said.append(
            f"{row['file']}: {one['label']} {tenths(one['probability'])}{doubt}: {evidence}. Drawn in {one['drawing']}"
        )
    if row.get("nearest"):
        listed = ", ".join(f"{near['path']} ({near['similarity']:.2f})" for near in row["nearest"])
        said.append(f"    Most alike in the project: {listed}")
    return said
