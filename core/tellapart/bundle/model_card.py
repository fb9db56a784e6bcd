"""The model card: what a classifier is, how good, made from what, and what it should not be used for.

After Mitchell et al. 2019, "Model Cards for Model Reporting" (arXiv:1810.03993).
"""

from __future__ import annotations

from typing import Any

from tellapart.markdown import plain

_COLUMNS = (
    "label",
    "pictures to learn from",
    "pictures to check with",
    "of those called so, right (precision)",
    "of those that are so, found (recall)",
    "its probability, on average",
    "its share",
    "probabilities are off by",
)


def model_card(name: str, record: dict[str, Any]) -> str:
    """MODEL_CARD.md from the facts in bundle.json."""
    scores, counts = record["scores"], record["counts"]
    low, high = scores["error_interval"]
    interval = f"{_percent(low)} to {_percent(high)}"
    checked = f"{scores['n_wrong']} of {scores['n_valid']} pictures it had never seen"
    classes, size_px = record["classes"], record["preprocess"]["size_px"]
    return f"""# {plain(name)}

Tells {len(classes)} kinds of things apart: {", ".join(plain(label) for label in classes)}.
Made with tellapart {record["versions"]["tellapart"]} on {record["created"][:10]}.

## How good it is

| | error rate |
|---|---|
| **this classifier** | **{_percent(scores["error_rate"])}** ({checked}; 95 % interval {interval}) |
| always guessing the commonest label | {_percent(scores["baselines"]["majority"])} |
| comparing pixels with each class's mean picture | {_percent(scores["baselines"]["pixels"])} |

| {" | ".join(_COLUMNS)} |
|{"---|" * len(_COLUMNS)}
{_rows(classes, scores, counts)}

{_prior(record["prior"]["kind"])} No answer is surer than {_percent(_surest(record["caution"], len(classes)))}:
the checks it was calibrated by are too few for more.

A picture unlike everything it has seen is called "none of these". {_percent(scores["reject_rate"])} of the checking
pictures, which do belong to the classes, were called so too.

## What it was made from

{counts["n_train"]} pictures to learn from, {counts["n_valid"]} to check with.
Where they came from and under which licence:

{_sources(record["sources"])}

`CREDITS.md` names the makers of the pictures and what their licences ask.

`golden/` holds {len(record["golden"])} of the checking pictures, made small: each time the classifier is
loaded, it must give the same answers to them. Share the bundle only if you may share those pictures.

Backbone: {plain(record["backbone"]["name"])} ({plain(record["backbone"]["licence"])}), its weights unchanged; a
logistic regression on its {record["backbone"]["embedding_size"]} features was fitted to these pictures.

## What to keep in mind

- It knows the pictures it was made from. Other cameras, places, seasons or backgrounds can make it worse: check it on
  pictures of your own before you rely on it.
- It always sees a square of {size_px} × {size_px} pixels; small details may be lost.
- Do not use it for decisions about people's health, rights or safety.

## Who made it, and for what

*To be written by the person who shares it: purpose, intended users, known weak points.*
"""


def _prior(kind: str) -> str:
    if kind == "equal":
        return "Its probabilities take all labels for equally likely, whatever their number of pictures."
    return (
        "Its probabilities are for pictures among which the labels are as common as in the pictures it learned from: "
        "where that is not so, train with all labels equally likely."
    )


def _surest(caution: float, n_classes: int) -> float:
    return 1 - caution * (1 - 1 / n_classes)


def _rows(classes: list[str], scores: dict[str, Any], counts: dict[str, Any]) -> str:
    rows = []
    for label, score in zip(classes, scores["per_class"], strict=True):
        n_train = counts["train"].get(label, 0)
        rows.append(
            f"| {plain(label)} | {n_train} | {score['n']} | {_percent(score['precision'])} | "
            f"{_percent(score['recall'])} | {_percent(score['mean_probability'])} | {_percent(score['share'])} | "
            f"{_percent(score['calibration_error'])} |"
        )
    return "\n".join(rows)


def _sources(sources: dict[str, int]) -> str:
    return "\n".join(
        f"- {plain(source)}: {n} pictures" for source, n in sorted(sources.items(), key=lambda item: -item[1])
    )


def _percent(fraction: float | None) -> str:
    return "–" if fraction is None else f"{100 * fraction:.1f} %"
