"""`tellapart predict` for texts: given ones, files of text, or whole tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tellapart.cli.console import explained, fail, print_json, progress_bar, say
from tellapart.cli.kinds.arguments import BundleDir, JsonFlag
from tellapart.words.percents import tenths

if TYPE_CHECKING:
    from tellapart.texts.predictor import TextPrediction

_SHOWN, _AT_ONCE = 60, 20  # characters of a text beside its answer; texts
_MOST_WORDS, _FAINT = (
    6,
    0.15,
)  # words that are named on either side; share of the strongest below which none is

TextColumn = Annotated[
    str | None, typer.Option(help="Title of the column with the texts.", show_default=False)
]


def predict(
    bundle_dir: BundleDir,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Tables (CSV, TSV, JSON, JSON lines) and .txt files.", metavar="FILE…", show_default=False
        ),
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option("--text", help="A text itself; may be repeated.", metavar="TEXT")
    ] = None,
    text_column: TextColumn = None,
    why: Annotated[
        bool, typer.Option("--why", help="Name the words that speak most for and against each answer.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write all answers to a new CSV file.", metavar="FILE.csv")
    ] = None,
    is_json: JsonFlag = False,
) -> None:
    """Classify texts: of tables, of .txt files, or given with --text."""
    from tellapart.kinds.answered import answers_csv, answers_for, write_answers
    from tellapart.texts.predictor import TextPredictor
    from tellapart.texts.project import TEXTS

    if not files and not text:
        fail("There is no text. Give one with --text 'WORDS', or a CSV or .txt file.", is_json, 2)
    if out is not None and out.exists():
        fail(f"{out} exists. Choose another name.", is_json)
    with explained(is_json), progress_bar(is_json) as progress:
        predictor = TextPredictor(TEXTS.bundle_of(bundle_dir))
        texts = [*(text or []), *(one for file in files or [] for one in _texts_of(file, text_column))]
        answers = answers_for(texts, predictor.predict_many, _AT_ONCE, progress)
        reasons = [_words(predictor.evidence(one)) if why else None for one in texts]
        rows = list(zip(texts, answers, strict=True))
        if out is not None:
            write_answers(out, answers_csv(["text"], [[one] for one in texts], answers, predictor.labels))
    if is_json:
        print_json(
            [
                {"text": one, **_record(answer), **(words or {})}
                for (one, answer), words in zip(rows, reasons, strict=True)
            ]
        )
    elif out is not None:
        say(f"{len(rows)} texts classified: {out}")
    else:
        for (one, answer), words in zip(rows, reasons, strict=True):
            say(_sentence(one, answer))
            for side, found in (words or {}).items():
                if found:
                    say(f"    {side}: {', '.join(found)}")


def _texts_of(path: Path, text_column: str | None) -> list[str]:
    from tellapart.kinds.delimited import read_plain_text
    from tellapart.texts.columns import find_text_column
    from tellapart.texts.reading import table_rows_of

    if path.suffix.lower() == ".txt":
        return [read_plain_text(path).text]
    rows = table_rows_of(path)
    at, has_header = find_text_column(rows, text_column, path.name)
    return [row[at] for row in rows[has_header:]]


def _words(evidence: list[tuple[str, float]]) -> dict[str, list[str]]:
    """The words that speak most for the answer and most against it, each once, the strongest first."""
    sums: dict[str, float] = {}
    for word, weight in evidence:
        sums[word] = sums.get(word, 0.0) + weight
    strongest = max(map(abs, sums.values()), default=0.0)
    told = sorted(
        (one for one in sums if abs(sums[one]) > _FAINT * strongest), key=lambda one: -abs(sums[one])
    )
    return {
        "for": [one for one in told if sums[one] > 0][:_MOST_WORDS],
        "against": [one for one in told if sums[one] < 0][:_MOST_WORDS],
    }


def _record(answer: TextPrediction) -> dict[str, Any]:
    return {"label": answer.label, "probabilities": answer.probabilities, "no_known_word": answer.is_strange}


def _sentence(text: str, answer: TextPrediction) -> str:
    from tellapart.texts.training import shortened

    listed = ", ".join(f"{label} {tenths(prob)}" for label, prob in list(answer.probabilities.items())[:3])
    doubt = " (none of its words is known)" if answer.is_strange else ""
    return f"{shortened(text, _SHOWN)}: {listed}{doubt}"
