"""TextPredictor: what answers for new texts, with the words that speak for the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tellapart.texts.model import TextModel
from tellapart.texts.model_file import read_model


@dataclass(frozen=True)
class TextPrediction:
    """label: the likeliest; probabilities: label -> 0 to 1, likeliest first. is_strange: none of its words was learned
    from, so that the answer only says how common the labels are."""

    label: str
    probabilities: dict[str, float]
    is_strange: bool

    @property
    def confidence(self) -> float:
        """Probability of the label, 0 to 1."""
        return self.probabilities[self.label]

    @property
    def remark(self) -> str:
        """What a person should know of the answer; "" for nothing."""
        return "none of its words is known" if self.is_strange else ""


class TextPredictor:
    """A trained classifier of texts, from a bundle's folder or its file.

    Raises:
        BundleError: it cannot be used; see `read_model`.
    """

    def __init__(self, place: Path | str):
        self.model: TextModel = read_model(Path(place))

    labels = property(lambda self: self.model.labels, doc="What it tells apart.")

    def predict(self, text: str) -> TextPrediction:
        """The answer for one text."""
        return self.predict_many([text])[0]

    def predict_many(self, texts: Sequence[str]) -> list[TextPrediction]:
        """One answer for each text."""
        answers = []
        for text, row in zip(texts, self.model.probabilities(texts).tolist(), strict=True):
            order = sorted(zip(self.model.labels, row, strict=True), key=lambda one: -one[1])
            answers.append(TextPrediction(order[0][0], dict(order), self.model.is_strange(text)))
        return answers

    def evidence(self, text: str, label: str | None = None) -> list[tuple[str, float]]:
        """(word, weight) in the text's order: how much each speaks for the label, or against it below 0; for the
        likeliest label unless given.

        Raises:
            ValueError: there is no such label.
        """
        found = self.model.evidence(text, label or self.predict(text).label)
        return [(text[start:end], weight) for start, end, weight in found]
