"""Groups of pictures for which a model is wrong more often, as a table with the worst named."""

from __future__ import annotations

from typing import Any

from tellapart.training_runs.report.html_parts import interval, paragraph, table
from tellapart.words.percents import tenths

_MOST = 12


def slices_html(by_slice: dict[str, Any]) -> str:
    """by_slice: of a model's record, see `learning.slices.slices_json`; {} where it has none."""
    rows = by_slice.get("slices", [])
    if not rows:
        return paragraph(
            "The pictures are too few, or too much of one kind, to tell whether it is weaker for some of them."
        )
    worst = by_slice.get("worst")
    said = (
        f"It is weaker for {worst['by']}: {worst['value']} ({worst['n_wrong']} of {worst['n']} wrong), beyond chance."
        if worst
        else "No group of pictures below is worse than the others beyond chance."
    )
    how = "Each picture was judged by a model that had not seen it; near-duplicates count once."
    cells = [
        [f"{row['by']}: {row['value']}", str(row["n"]), str(row["n_wrong"]), tenths(row["n_wrong"] / row["n"]),
         interval(row["error_interval"])]
        for row in rows[:_MOST]
    ]  # fmt: skip
    heads = ["pictures", "number", "wrong", "error rate", "95 % interval"]
    return paragraph(said) + paragraph(how, True) + table("Error by slice", heads, cells)
