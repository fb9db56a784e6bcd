"""The parts of a report, each as HTML."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any

from tellapart.bundle.papers import paper_html
from tellapart.learning.tuning_curve import TuningCurve
from tellapart.planning.held_out import HeldOut
from tellapart.training_runs.report.curve_charts import curve_charts, curve_table, curve_words
from tellapart.training_runs.report.facts import ReportFacts, ShownMistake
from tellapart.training_runs.report.html_parts import (
    folded,
    interval,
    paragraph,
    scrolled,
    section,
    table,
)
from tellapart.training_runs.report.reliability_chart import reliability_html
from tellapart.training_runs.report.slices_table import slices_html
from tellapart.training_runs.report.threshold_chart import selection_of, threshold_chart, threshold_table
from tellapart.words.percents import tenths

MOST_IN_MATRIX = 30
_SAID_ELSEWHERE = ("recipe", "backbone", "weights", "variation")


def data_section(facts: ReportFacts) -> str:
    """How many pictures of each label taught and were held out, and what was noted about them."""
    counts, result = facts.record.get("counts", {}), facts.result
    train, valid = counts.get("train", {}), {one["label"]: one["n"] for one in result["per_class"]}
    rows = [[label, str(train.get(label, "–")), str(valid.get(label, 0))] for label in result["classes"]]
    rows.append(["all", str(result["n_train"]), str(result["n_valid"])])
    notes = "".join(paragraph(str(note), is_soft=True) for note in result["notes"])
    return section(
        "Data",
        table("Pictures of each label", ["label", "training pictures", "held-out pictures"], rows),
        notes,
        folded("Datasheet of the project", paper_html(facts.sheet)),
        place="data",
    )


def settings_section(facts: ReportFacts) -> str:
    """What the training was told, and what it found."""
    config, result, recipe = facts.config, facts.result, facts.result.get("recipe") or {}
    kept = recipe.get("kept", "quick")
    rows = [
        ["recipe", f"{facts.run.recipe}, model of {kept} training kept"],
        ["backbone", str(result["backbone"])],
        *([name, str(value)] for name, value in config.items() if name not in _SAID_ELSEWHERE),
        *([f"views: {name}", str(value)] for name, value in (recipe.get("variation") or {}).items()),
        ["strength of L2", f"{result['l2']:.3g}"],
        ["temperature", f"{result['temperature']:.3f}"],
        *([f"seconds: {name}", f"{value:.1f}"] for name, value in result["seconds"].items()),
    ]  # fmt: skip
    said = paragraph(str(recipe["said"])) if recipe.get("said") else ""
    return section("Settings", said, table("Settings", ["setting", "value"], rows), place="settings")


def error_section(facts: ReportFacts) -> str:
    """The error beside what guessing would give."""
    result = facts.result
    rows = [
        ["this model", tenths(result["error_rate"]), interval(result["error_interval"])],
        ["always the most common label", tenths(result["baselines"]["majority"]), ""],
        ["comparing pixels", tenths(result["baselines"].get("pixels")), ""],
    ]
    if result.get("test_error_rate") is not None:
        rows.append(["this model, test pictures", tenths(result["test_error_rate"]), ""])
    said = (
        f"{result['n_wrong']} of {result['n_valid']} held-out pictures are wrong; they were not trained on. "
        f"{tenths(result['reject_rate'])} of them were called “none of these”."
    )
    return section(
        "Error",
        paragraph(said),
        table("Error rates", ["", "error rate", "95 % interval"], rows),
        place="error",
    )


def confusion_section(facts: ReportFacts) -> str:
    """What is mistaken for what: the matrix, or for very many labels the commonest mistakes."""
    classes, counts = facts.result["classes"], facts.result["confusion"]
    mistakes = sorted(
        (-n, classes[actual], classes[predicted])
        for actual, row in enumerate(counts)
        for predicted, n in enumerate(row)
        if n and actual != predicted
    )
    commonest = table(
        "Commonest mistakes",
        ["true label", "predicted label", "pictures"],
        [[actual, predicted, str(-n)] for n, actual, predicted in mistakes[:20]],
    )
    if len(classes) > MOST_IN_MATRIX:
        return section(
            "What is mistaken for what",
            paragraph(f"The commonest of the mistakes among {len(classes)} labels."),
            commonest,
            place="confusion",
        )
    return section(
        "What is mistaken for what",
        paragraph("Rows: the true label. Columns: the predicted label. Numbers are held-out pictures.", True),
        _matrix(classes, counts),
        place="confusion",
    )


def _matrix(classes: list[str], counts: list[list[int]]) -> str:
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in classes)
    rows = []
    for actual, row in enumerate(counts):
        total = max(1, sum(row))
        cells = []
        for predicted, n in enumerate(row):
            kind = "right" if predicted == actual else "wrong" if n else "none"
            cells.append(f'<td class="{kind}" style="--share:{100 * n / total:.0f}%">{n}</td>')
        rows.append(f'<tr><th scope="row">{escape(classes[actual])}</th>{"".join(cells)}</tr>')
    body = (
        f'<table class="matrix"><thead><tr><td></td>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )
    return scrolled("Confusion matrix", body)


def classes_section(facts: ReportFacts) -> str:
    """Precision, recall and calibration of each label."""
    rows = [
        [
            one["label"], str(one["n"]), tenths(one["recall"]), tenths(one["precision"]), tenths(one.get("share")),
            tenths(one.get("mean_probability")), tenths(one.get("calibration_error")),
        ]
        for one in facts.result["per_class"]
    ]  # fmt: skip
    heads = [
        "label", "held out", "found (recall)", "right when predicted (precision)", "share", "average probability",
        "probability error",
    ]  # fmt: skip
    return section("Label by label", table("Label by label", heads, rows), place="labels")


def probabilities_section(facts: ReportFacts) -> str:
    """What its probabilities are worth: reliability diagrams and the threshold explorer."""
    if facts.held is None:
        why_not = paragraph(facts.why_not_held)
        return section("What its probabilities are worth", why_not, place="probabilities")
    error = paragraph(calibration_sentence(facts.result))
    charts = reliability_html(facts.held, facts.result["classes"])
    return section("What its probabilities are worth", error, charts, place="probabilities") + _thresholds(
        facts.held, facts.result["classes"]
    )


def calibration_sentence(result: dict[str, Any]) -> str:
    """How far confidence is from accuracy. result: of a run, perhaps of an older version."""
    said = f"Calibration error: {tenths(result['calibration_error'])} (15 bins, Guo et al. 2017)"
    debiased = result.get("debiased_calibration_error")
    if debiased is None:
        return f"{said}."
    return f"{said}; without what chance adds with so few pictures {tenths(debiased)} (Kumar et al. 2019)."


def _thresholds(held: HeldOut, classes: list[str]) -> str:
    selection = selection_of(held, classes)
    said = "Answering only where the model is confident: fewer answers (coverage), more of them right (precision)."
    if held.is_none is not None:
        said += f" {int(held.is_none.sum())} of the pictures were called “none of these” and get no answer."
    return section(
        "Answer only when confident",
        paragraph(said),
        f'<div class="charts">{threshold_chart(selection)}</div>',
        threshold_table(selection),
        place="thresholds",
    )


def curve_section(facts: ReportFacts) -> str:
    """How the loss fell while the network learned."""
    curve = TuningCurve.from_json((facts.result.get("recipe") or {}).get("curve"))
    if curve is None:
        said = (
            "The head was fitted in one go (quick training), so there is no curve over time."
            if facts.run.recipe == "quick"
            else "This run kept no curve: it was made by an older version, or its loss was no longer a number."
        )
        return section("How it learned", paragraph(said), place="curve")
    parts = [curve_words(curve), curve_charts(curve), folded("The curves as a table", curve_table(curve))]
    return section("How it learned", *parts, place="curve")


def mistakes_section(facts: ReportFacts) -> str:
    """The most confident mistakes, small, as far as they may be shown."""
    if not facts.mistakes:
        return section(
            "Most confident mistakes", paragraph("No held-out picture is wrong."), place="mistakes"
        )
    return section(
        "Most confident mistakes",
        f'<ul class="pictures">{"".join(map(_mistake, facts.mistakes))}</ul>',
        place="mistakes",
    )


def _mistake(one: ShownMistake) -> str:
    said = f"{one.label}, predicted {one.predicted}"
    shown = (
        f'<img alt="{escape(said)}" src="data:image/jpeg;base64,{b64encode(one.jpeg).decode()}">'
        if one.jpeg
        else f'<span class="gone">{escape(one.why_not)}</span>'
    )
    credit = f'<div class="credit">{paper_html(one.credit)}</div>' if one.credit else ""
    return (
        f"<li>{shown}<b>{escape(one.label)}</b><span>predicted {escape(one.predicted)} {tenths(one.confidence)}</span>"
        f"{credit}</li>"
    )


def slices_section(facts: ReportFacts) -> str:
    """Groups of pictures for which it is wrong more often, with the worst named."""
    return section("Where it is weaker", slices_html(facts.record.get("by_slice", {})), place="slices")


def papers_section(facts: ReportFacts) -> str:
    """The model card and what it was made with."""
    card = paper_html(facts.card) if facts.card else paragraph("The model of this run is gone.")
    rows = [[name, one] for name, one in facts.environment]
    return section(
        "Model card and environment",
        folded("Model card", card),
        table("Environment", ["package", "version"], rows),
        place="papers",
    )
