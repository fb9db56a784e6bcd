"""TextReview: what may be wrong with the texts of a project, most suspicious first, and what is decided about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tellapart.codes import Code
from tellapart.kinds.open_findings import ThingFinding
from tellapart.kinds.thing_review import ThingReview, doubtful
from tellapart.learning.label_noise import Doubts, find_doubts
from tellapart.progress import Progress, silent
from tellapart.texts.clean import checks
from tellapart.texts.clean.alike import most_alike
from tellapart.texts.clean.copies import find_copies
from tellapart.texts.project import TextItem, TextProject
from tellapart.texts.training import TextJudgement, judge_texts, shortened
from tellapart.texts.weighing import weighed
from tellapart.words.percents import whole

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_IN_A_LINE = 100  # characters


class TextCode(Code):
    """What a finding is about; the values stand in JSON and never change."""

    WRONG_LABEL = "wrong label"
    COPY = "copy"
    COPY_OTHER_LABEL = "copy with another label"
    NEAR_COPY = "near copy"
    NEAR_COPY_OTHER_LABEL = "near copy with another label"
    SHORT = "short"
    OTHER_LETTERS = "other letters"
    OTHER_LANGUAGE = "other language"
    ODD = "odd"


@dataclass(frozen=True)
class TextFinding(ThingFinding):
    """Something that may be wrong with a text. code: a TextCode; other_id: the text it is a copy of, or ""."""

    text_id = property(lambda self: self.thing_id, doc="Of the text.")


class TextReview(ThingReview[TextProject, TextFinding]):
    """The findings of a project as it stood when it was opened or refreshed. noise: share of labels that are wrong,
    cautiously estimated, 0 to 1. scores: (N,) how doubtful each label is, 0 to 1, in the order of the texts. remarks:
    about lines that stand in many texts. judged: what classifiers that saw the other texts say of each."""

    remarks_name = "boilerplate"

    def refresh(self, progress: Progress = silent) -> None:
        """Judge all texts again, as they stand now.

        Raises:
            TrainError: nothing can be learned from them; see `judge_texts`.
        """
        judged = judge_texts(self.project, progress)
        self.judged = judged
        self.texts = {one.text_id: one for one in judged.items}
        doubts = find_doubts(judged.fit.oof_logits, judged.targets)
        self.noise, self.scores = doubts.model.noise, doubts.score
        self._rows = weighed(judged.counts, judged.fit.vocabulary, np.arange(len(judged.items)))
        self._keep([*_wrong_labels(judged, doubts), *_copies(judged), *_looks(judged, self._rows)])
        self.remarks = checks.boilerplate(
            [one.text for one in judged.items], [one.label for one in judged.items]
        )

    def described(self, thing_id: str) -> str:
        """A text's beginning."""
        return shortened(self.texts[thing_id].text, _IN_A_LINE)

    def told(self, thing_id: str) -> str:
        """All of a text."""
        return str(self.texts[thing_id].text)

    def nearest(self, text_id: str, n: int = 5) -> list[tuple[TextItem, float]]:
        """The n other texts that share most words and pieces of words with one, and how much, up to 1."""
        items = self.judged.items
        row = next(i for i, one in enumerate(items) if one.text_id == text_id)
        return [(items[at], likeness) for at, likeness in most_alike(self._rows, row, n)]


def _wrong_labels(judged: TextJudgement, doubts: Doubts) -> Iterable[TextFinding]:
    for one, label, score in doubtful(judged.items, judged.labels, doubts):
        said = f"Labelled {one.label!r}, reads like {label!r}."
        yield TextFinding(one.text_id, TextCode.WRONG_LABEL, score, said, "relabel", label)


def _copies(judged: TextJudgement) -> Iterable[TextFinding]:
    copies = find_copies(judged.counts)
    seen: set[int] = set()
    for first, second, alike in zip(
        copies.first.tolist(), copies.second.tolist(), copies.resemblance.tolist(), strict=True
    ):
        one, other = judged.items[second], judged.items[first]
        is_same, is_one_label = alike == 1, one.label == other.label
        if second in seen and is_one_label:
            continue  # one reason to remove it is enough
        seen.add(second)
        what = "The same text as" if is_same else f"{whole(alike)} the same words as"
        if is_one_label:
            code = TextCode.COPY if is_same else TextCode.NEAR_COPY
            yield TextFinding(
                one.text_id, code, 0.5 * alike, f"{what} {other.text_id}.", "remove" if is_same else "",
                other_id=other.text_id,
            )  # fmt: skip
        else:
            code = TextCode.COPY_OTHER_LABEL if is_same else TextCode.NEAR_COPY_OTHER_LABEL
            yield TextFinding(
                one.text_id, code, alike,
                f"{what} {other.text_id}, which is labelled {other.label!r}; this one {one.label!r}.",
                other_id=other.text_id,
            )  # fmt: skip


def _looks(judged: TextJudgement, rows: csr_matrix) -> Iterable[TextFinding]:
    texts = [one.text for one in judged.items]
    written = checks.scripts(texts)
    usual = Counter(one for one in written if one).most_common(1)
    strange = checks.strangeness(judged.counts)
    odd = checks.oddness(rows, judged.targets, len(judged.labels))
    for row, one in enumerate(judged.items):
        n = int(judged.counts.n_tokens[row])
        if n <= checks.SHORT:
            said = "no word" if n == 0 else f"{n} word{'s' * (n != 1)}"
            yield TextFinding(one.text_id, TextCode.SHORT, 0.4, f"Only {said}: {shortened(one.text, 30)!r}.")
        elif written[row] and usual and written[row] != usual[0][0] and usual[0][1] > 0.8 * len(texts):
            said = (
                f"Written in {written[row].capitalize()} letters, most others in {usual[0][0].capitalize()}."
            )
            yield TextFinding(one.text_id, TextCode.OTHER_LETTERS, 0.6, said)
        elif checks.is_of_another_language(strange[row]):
            said = "Its letters follow each other as they rarely do in the other texts: another language, or code."
            yield TextFinding(one.text_id, TextCode.OTHER_LANGUAGE, _bounded(strange[row]), said)
        elif checks.is_odd(odd[row]):
            said = f"Unlike the other texts of {one.label!r}."
            yield TextFinding(one.text_id, TextCode.ODD, _bounded(odd[row]) / 2, said)


def _bounded(deviations: float) -> float:
    """0 to 1, half at 5 standard deviations."""
    return float(deviations / (deviations + 5.0))
