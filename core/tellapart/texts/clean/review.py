"""TextReview: what may be wrong with the texts of a project, most suspicious first, and what is decided about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tellapart.codes import Code
from tellapart.kinds.decisions import ThingDecision
from tellapart.learning.label_noise import find_doubts
from tellapart.progress import Progress, silent
from tellapart.texts.clean import checks
from tellapart.texts.clean.copies import find_copies
from tellapart.texts.project import TextProject
from tellapart.texts.training import TextJudgement, judge_texts, shortened
from tellapart.texts.weighing import weighed

_DOUBTFUL = 0.25  # score from which on a label is a finding


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
class TextFinding:
    """Something that may be wrong with a text. score: 0 to 1, how surely; sentence: for the person. action, label: what
    is suggested ("" where only the person can tell); other_id: the text it is a copy of, or ""."""

    text_id: str
    code: TextCode
    score: float
    sentence: str
    action: str = ""
    label: str = ""
    other_id: str = ""

    def suggestion(self) -> ThingDecision | None:
        """What is suggested, as a decision."""
        return ThingDecision(self.text_id, self.action, self.label) if self.action else None  # type: ignore[arg-type]


class TextReview:
    """The findings of a project as it stood when it was opened or refreshed. noise: share of labels that are wrong,
    cautiously estimated, 0 to 1. scores: (N,) how doubtful each label is, 0 to 1, in the order of the texts."""

    def __init__(self, project: TextProject, progress: Progress = silent):
        self.project = project
        self.refresh(progress)

    def refresh(self, progress: Progress = silent) -> None:
        """Judge all texts again, as they stand now.

        Raises:
            TrainError: nothing can be learned from them; see `judge_texts`.
        """
        judged = judge_texts(self.project, progress)
        self._judged = judged
        self.texts = {one.text_id: one for one in judged.items}
        doubts = find_doubts(judged.fit.oof_logits, judged.targets)
        self.noise = doubts.model.noise
        self.scores = doubts.score  # (N,) in the order of the project's texts
        found = [
            *_wrong_labels(judged, doubts.score, doubts.suggested),
            *_copies(judged),
            *_looks(judged),
        ]
        self._found = sorted(found, key=lambda one: -one.score)
        self.boilerplate = checks.boilerplate(
            [one.text for one in judged.items], [one.label for one in judged.items]
        )

    def findings(self) -> list[TextFinding]:
        """What is still open, the most suspicious first; a text that a person kept or changed is settled."""
        decided = {one.text_id for one in self.project.items(with_removed=True) if one.decided}
        return [one for one in self._found if one.text_id not in decided]

    def suggestions(self, above: float) -> list[ThingDecision]:
        """What is suggested with a score above this, one for each text."""
        chosen: dict[str, ThingDecision] = {}
        for one in self.findings():
            if one.score > above and (decision := one.suggestion()):
                chosen.setdefault(one.text_id, decision)
        return list(chosen.values())

    def decide(self, decisions: Iterable[ThingDecision]) -> None:
        """Keep decisions as one step; `refresh` tells what they changed."""
        self.project.decide(list(decisions))

    def relabel(self, text_id: str, label: str) -> None:
        """Give a text another label."""
        self.decide([ThingDecision(text_id, "relabel", label)])

    def remove(self, text_id: str) -> None:
        """Take a text out of the project; its words stay in the folder."""
        self.decide([ThingDecision(text_id, "remove")])

    def keep(self, text_id: str) -> None:
        """Say that a text is right as it is."""
        self.decide([ThingDecision(text_id, "keep")])

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was."""
        return self.project.undo()

    def sentences(self) -> list[str]:
        """The whole in words."""
        counts = Counter(one.code for one in self.findings())
        listed = ", ".join(f"{n} {code}" for code, n in counts.most_common())
        said = [f"{len(self.texts)} texts checked: {listed or 'nothing to look at'}."]
        if self.noise >= 0.005:
            said.append(f"At least {self.noise:.0%} of the labels seem to be wrong.")
        return said + [one.sentence for one in self.boilerplate]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        findings = [{**asdict(one), "text": self.texts[one.text_id].text} for one in self.findings()]
        return {
            "n": len(self.texts),
            "noise": self.noise,
            "findings": findings,
            "boilerplate": [asdict(one) for one in self.boilerplate],
        }

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def _wrong_labels(judged: TextJudgement, score: np.ndarray, suggested: np.ndarray) -> Iterable[TextFinding]:
    for row in np.flatnonzero(score > _DOUBTFUL).tolist():
        one, label = judged.items[row], judged.labels[int(suggested[row])]
        yield TextFinding(
            one.text_id, TextCode.WRONG_LABEL, float(score[row]),
            f"Labelled {one.label!r}, reads like {label!r}.",
            "relabel", label,
        )  # fmt: skip


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
        what = "The same text as" if is_same else f"{alike:.0%} the same words as"
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


def _looks(judged: TextJudgement) -> Iterable[TextFinding]:
    texts = [one.text for one in judged.items]
    written = checks.scripts(texts)
    usual = Counter(one for one in written if one).most_common(1)
    strange = checks.strangeness(judged.counts)
    rows = weighed(judged.counts, judged.fit.vocabulary, np.arange(len(texts)))
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
