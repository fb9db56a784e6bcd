"""The model card: what a classifier is, how good, made from what, and what it should not be used for.

After Mitchell et al. 2019, "Model Cards for Model Reporting" (arXiv:1810.03993).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tellapart.words.markdown import plain
from tellapart.words.percents import between, tenths

_HUMAN_PART = "## Who made it, and for what"
_TO_BE_WRITTEN = "*To be written by the person who shares it: purpose, intended users, known weak points.*"

_COLUMNS = (
    "label",
    "training pictures",
    "held-out pictures",
    "right when predicted (precision)",
    "found (recall)",
    "average probability",
    "share",
    "probability error",
)
_MOST_SLICES = 12


def model_card(name: str, record: dict[str, Any]) -> str:
    """MODEL_CARD.md from the facts in bundle.json."""
    scores, counts = record["scores"], record["counts"]
    low, high = scores["error_interval"]
    interval = between(low, high)
    checked = f"{scores['n_wrong']} of {scores['n_valid']} held-out pictures"
    classes, size_px = record["classes"], record["preprocess"]["size_px"]
    return f"""# {plain(name)}

Tells {len(classes)} kinds of things apart: {", ".join(plain(label) for label in classes)}.
Made with tellapart {record["versions"]["tellapart"]} on {record["created"][:10]}.

## How good it is

| | error rate |
|---|---|
| **this model** | **{tenths(scores["error_rate"])}** ({checked}; 95 % interval {interval}) |
| always guessing the most common label | {tenths(scores["baselines"]["majority"])} |
| comparing pixels with each label's mean picture | {tenths(scores["baselines"]["pixels"])} |

| {" | ".join(_COLUMNS)} |
|{"---|" * len(_COLUMNS)}
{_rows(classes, scores, counts)}

{_prior(record["prior"]["kind"])} No answer is above {tenths(_surest(record["caution"], len(classes)))}:
there are too few held-out pictures to support more.

A picture unlike all training pictures is called "none of these". {tenths(scores["reject_rate"])} of the held-out
pictures, which do have one of the labels, were called that too.

{_weaker(record.get("by_slice", {}))}

## What it was made from

{counts["n_train"]} training pictures and {counts["n_valid"]} held-out pictures, from these sources:

{_sources(record["sources"])}

`CREDITS.md` lists the authors of the pictures and the conditions of their licences.

`golden/` holds {len(record["golden"])} small copies of held-out pictures: each time the model is
loaded, it must give the same answers for them. Share the bundle only if you may share those pictures.

Backbone: {plain(record["backbone"]["name"])} ({plain(record["backbone"]["licence"])}), {_learned(record["backbone"])}
{record["backbone"]["embedding_size"]} features, fitted to these pictures.

## What to keep in mind

- It only knows the pictures it was trained on. Other cameras, places, seasons or backgrounds can make it worse: test it
  on your own pictures before you rely on it.
- It always sees a square of {size_px} × {size_px} pixels; small details may be lost.
- Do not use it for decisions about people's health, rights or safety.

{_HUMAN_PART}

{_TO_BE_WRITTEN}
"""


def _learned(backbone: dict[str, Any]) -> str:
    if backbone.get("is_tuned"):
        return "all its layers or its last blocks trained on\nthese pictures together with a linear classifier on its"
    return "weights unchanged, with a\nlogistic regression on its"


def with_answers(card: str, answers: Sequence[tuple[str, str]]) -> str:
    """The card with what its owner says of it, as text that Markdown leaves as it is.

    Args:
        card: MODEL_CARD.md as training wrote it, or with a last part that a person wrote by hand, which stays.
        answers: (heading, answer) in order; empty answers are left out.
    """
    written = "\n\n".join(_answer(heading, answer) for heading, answer in answers if answer.strip())
    if not written:
        return card
    if _TO_BE_WRITTEN in card:
        return card.replace(_TO_BE_WRITTEN, written)
    heading = "" if _HUMAN_PART in card else f"{_HUMAN_PART}\n\n"
    return f"{card.rstrip()}\n\n{heading}{written}\n"


def _answer(heading: str, answer: str) -> str:
    paragraphs = [plain(line) for line in answer.splitlines() if line.strip()]
    return "\n\n".join([f"**{plain(heading)}** {paragraphs[0]}", *paragraphs[1:]])


def _weaker(by_slice: dict[str, Any]) -> str:
    """Where it is wrong more often, each picture judged by a model that had not seen it."""
    rows = by_slice.get("slices", [])
    if not rows:
        return "Its pictures are too few, or too much of one kind, to tell whether it is weaker for some of them."
    worst = by_slice.get("worst")
    said = (
        f"**It is weaker for {plain(worst['by'])}: {plain(worst['value'])}** "
        f"({worst['n_wrong']} of {worst['n']} wrong), beyond chance."
        if worst
        else "No group of pictures below is worse than the others beyond chance."
    )
    lines = [
        f"| {plain(row['by'])}: {plain(row['value'])} | {row['n']} | {row['n_wrong']} | "
        f"{tenths(row['n_wrong'] / row['n'])} ({between(*row['error_interval'])}) |"
        for row in rows[:_MOST_SLICES]
    ]
    head = "| pictures | number | wrong | error rate (95 % interval) |\n|---|---|---|---|\n"
    how = "Each picture was judged by a model that had not seen it; near-duplicates count once."
    return f"### Where it is weaker\n\n{said} {how}\n\n{head}" + "\n".join(lines)


def _prior(kind: str) -> str:
    if kind == "equal":
        return "Its probabilities assume that all labels are equally likely, however many pictures each has."
    return (
        "Its probabilities assume that labels are as common as among the training pictures. "
        "Where that is not so, train with all labels equally likely."
    )


def _surest(caution: float, n_classes: int) -> float:
    return 1 - caution * (1 - 1 / n_classes)


def _rows(classes: list[str], scores: dict[str, Any], counts: dict[str, Any]) -> str:
    rows = []
    for label, score in zip(classes, scores["per_class"], strict=True):
        n_train = counts["train"].get(label, 0)
        rows.append(
            f"| {plain(label)} | {n_train} | {score['n']} | {tenths(score['precision'])} | "
            f"{tenths(score['recall'])} | {tenths(score['mean_probability'])} | {tenths(score['share'])} | "
            f"{tenths(score['calibration_error'])} |"
        )
    return "\n".join(rows)


def _sources(sources: dict[str, int]) -> str:
    return "\n".join(
        f"- {plain(source)}: {n} pictures" for source, n in sorted(sources.items(), key=lambda item: -item[1])
    )
