"""train_texts: a checked classifier of a project's texts, with the numbers that belong to it."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tellapart.kinds.bundle_folder import KNOWN, free_bundle_dir, write_bundle
from tellapart.kinds.labelled_project import counted_labels
from tellapart.kinds.measured import check_labels, class_table, evaluation_record
from tellapart.learning.baselines import majority_error
from tellapart.learning.evaluation import Evaluation, evaluate
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.texts.clean.copies import copy_groups
from tellapart.texts.fitting import TextFit, fit_texts
from tellapart.texts.model import TermTable, TextModel
from tellapart.texts.model_file import write_model
from tellapart.texts.project import TextItem, TextProject
from tellapart.texts.terms import TermCounts, count_terms
from tellapart.texts.weighing import PIECES_SHARE
from tellapart.words.markdown import plain as as_markdown
from tellapart.words.percents import between, tenths, whole

_MOST_ALIKE = 0.3  # share of the texts that may be copies of one another before they are taken for a form


@dataclass(frozen=True)
class TextResult:
    """A training. evaluation: of every text, by a classifier that learned from other texts (5 folds). majority_error:
    share wrong of always guessing the commonest label. bundle_dir: where the classifier lies. seconds: of it all.
    notes: remarks for the person."""

    bundle_dir: Path
    labels: tuple[str, ...]
    evaluation: Evaluation
    majority_error: float
    seconds: float
    notes: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """What a person has to know, in words."""
        one = self.evaluation
        low, high = one.error_interval
        said = [
            f"{one.n_wrong} of {one.n} wrong: error {tenths(one.error_rate)} (95 % interval {between(low, high)}), "
            "each text judged by a classifier that learned from others.",
            f"Always guessing the most common label: {tenths(self.majority_error)} wrong.",
            f"{one.n} texts, {len(self.labels)} labels, {self.seconds:.1f} s.",
            *self.notes,
        ]
        if one.mistakes:
            surest = one.mistakes[0]
            said.append(
                f"Most confident mistake: {surest.image_id}, {surest.path!r}, labelled {surest.label!r}, was mistaken "
                f"for {surest.predicted!r} ({whole(surest.confidence)} confident)."
            )
        return said

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            **evaluation_record(self.evaluation, self.labels, self.majority_error),
            "seconds": self.seconds,
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


@dataclass(frozen=True)
class TextJudgement:
    """Every text of a project out of fold. counts: of their terms; targets: (N,) int into labels; groups: (N,), copies
    share a name. notes: remarks for the person."""

    items: list[TextItem]
    labels: tuple[str, ...]
    targets: np.ndarray
    groups: list[str]
    counts: TermCounts
    fit: TextFit
    notes: tuple[str, ...] = ()


def judge_texts(project: TextProject, progress: Progress = silent) -> TextJudgement:
    """What classifiers that saw the other texts say of each.

    Raises:
        TrainError: there are not two labels with two texts each.
    """
    items = project.items()
    counted = counted_labels(items)
    check_labels(counted, "text")
    labels = tuple(counted)
    progress(0, 0, Doing(Step.READING, "Counting words"))
    place = {label: k for k, label in enumerate(labels)}
    targets = np.array([place[one.label] for one in items], np.int64)
    counts = count_terms([one.text for one in items])
    groups, notes = _groups(counts, [one.text_id for one in items])
    fit = fit_texts(counts, targets, len(labels), groups, progress)
    return TextJudgement(items, labels, targets, groups, counts, fit, notes)


def _groups(counts: TermCounts, names: list[str]) -> tuple[list[str], tuple[str, ...]]:
    """Copies that stay together, and what has to be said about them."""
    groups = copy_groups(counts, names)
    n_alike = max(Counter(groups).values())
    if n_alike <= max(1, _MOST_ALIKE * len(names)):
        return groups, ()
    note = (
        f"{n_alike} of {len(names)} texts are nearly the same as others, like filled-in forms. Only exact copies "
        "were kept together, so the error may look better than it is."
    )
    return copy_groups(counts, names, least=1.0), (note,)


def train_texts(project: TextProject, progress: Progress = silent) -> TextResult:
    """A classifier of the project's texts in a new bundle, measured out of fold.

    Raises:
        TrainError: there are not two labels with two texts each.
        ProjectError: the disk does not take it.
    """
    clock, known = time.perf_counter(), project.decisions.newest()
    judged = judge_texts(project, progress)
    probs = judged.fit.calibration.probs(judged.fit.oof_logits)
    evaluation = evaluate(
        probs, judged.targets, np.zeros(len(probs), bool), judged.labels, [one.text_id for one in judged.items],
        [shortened(one.text) for one in judged.items], judged.groups,
    )  # fmt: skip
    majority = majority_error(judged.targets, judged.targets, len(judged.labels))
    bundle_dir = free_bundle_dir(project.bundles_dir)
    result = TextResult(
        bundle_dir, judged.labels, evaluation, majority, time.perf_counter() - clock, judged.notes
    )
    model = model_of_fit(judged, {**result.to_json(), KNOWN: known})
    write_bundle(bundle_dir, lambda folder: write_model(model, folder), _card(project.name, result))
    return result


def model_of_fit(judged: TextJudgement, measured: dict[str, Any]) -> TextModel:
    """The classifier of all texts, its calibration inside its weights."""
    fit, counts, known = judged.fit, judged.counts, judged.fit.vocabulary
    weights, bias = fit.calibration.folded(fit.head.weights, fit.head.bias)
    n_words = len(known.words)
    words = {counts.word_names[column]: i for i, column in enumerate(known.words.tolist())}
    pieces = {counts.piece_names[column]: i for i, column in enumerate(known.pieces.tolist())}
    return TextModel(
        judged.labels,
        TermTable(words, known.word_idf, weights[:n_words], 1.0),
        TermTable(pieces, known.piece_idf, weights[n_words:], PIECES_SHARE),
        bias,
        fit.calibration.caution,
        fit.calibration.temperature,
        measured,
    )


def shortened(text: str, most: int = 80) -> str:
    """The text's beginning in one line."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most and len(text) <= 4 * most else line[: most - 1] + "…"


def _card(name: str, result: TextResult) -> str:
    return "\n".join(
        [
            f"# {as_markdown(name)}: a classifier of texts",
            "",
            *(as_markdown(sentence) + "\n" for sentence in result.sentences()[:3]),
            *class_table(result.evaluation, result.labels, "Label", "Texts"),
            "",
            "Made with tellapart: words, pairs of words and pieces of words, weighed (TF-IDF), and a linear "
            "classifier. It knows no order beyond two words and no meaning beyond what its texts showed. The file "
            "text-model.json holds words of the texts: of 100 texts or more only those that two of them have.",
            "",
        ]
    )
