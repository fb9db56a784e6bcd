"""A project's labels in words, numbers and a few pictures, and what is to be done about them next."""

from __future__ import annotations

import html
from base64 import b64encode

from .wording import bar_html, count, listed

FEW = 20  # pictures per label from which on a first classifier is usually worth looking at


def headline(counts: dict[str, int]) -> tuple[str, str]:
    """What is there, and how more comes in."""
    if not counts:
        return "Gather pictures", "A few dozen pictures of each kind of thing. They stay on this computer."
    return (
        f"{count(sum(counts.values()), 'picture')}, {count(len(counts), 'label')}",
        "A folder per label is the quickest way; loose pictures get the label you write.",
    )


def advice(counts: dict[str, int]) -> tuple[str, str]:
    """(sentence, kind) about the labels: what the next step is; kind "care" where more would help."""
    few = [label for label, n in counts.items() if n < FEW]
    if not counts:
        return "", ""
    if len(counts) == 1:
        only = next(iter(counts))
        return (
            f"Only one label so far, “{only}”. Telling apart takes two: add pictures of something else.",
            "care",
        )
    if few:
        shown = listed([f"{label} ({counts[label]})" for label in few])
        return (
            f"Few pictures of {shown}. With {FEW} or more of each, results are steadier. You can go on.",
            "care",
        )
    most, least = max(counts, key=counts.__getitem__), min(counts, key=counts.__getitem__)
    if counts[most] > 8 * counts[least]:
        return (
            f"“{most}” has {counts[most] / counts[least]:.0f} times as many pictures as “{least}”. "
            f"Training evens that out, but more pictures of “{least}” would help.",
            "care",
        )
    return f"{count(len(counts), 'label')} with enough pictures each: ready to train.", ""


def labels_html(counts: dict[str, int], strips: dict[str, list[bytes]]) -> str:
    """The table of labels: name, number, a bar, a few pictures."""
    most = max(counts.values(), default=1)
    rows = []
    for label, n in counts.items():
        strip = "".join(
            f'<img alt="" src="data:image/jpeg;base64,{b64encode(jpeg).decode()}">'
            for jpeg in strips.get(label, [])
            if jpeg
        )
        rows.append(
            f'<tr><th scope="row">{html.escape(label)}</th><td class="ta-number">{n:,}</td>'
            f'<td class="ta-share-column" style="width:20%">{bar_html(n / most)}</td>'
            f'<td><div class="ta-strip">{strip}</div></td></tr>'
        )
    return (
        '<div class="ta-scroll" tabindex="0" role="region" aria-label="Labels"><table class="ta-table">'
        '<thead><tr><th scope="col">Label</th><th scope="col" class="ta-number">Pictures</th>'
        '<th scope="col" class="ta-share-column">Compared</th>'
        '<th scope="col">Some of them</th></tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
