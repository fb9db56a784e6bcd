"""Words of a text that speak for a label or against it, as pieces and as HTML."""

from __future__ import annotations

import html
from collections.abc import Sequence

MOST_MARKS = 40
_FAINT = 0.2  # share of the strongest below which no word is marked
_MOST_NAMED = 6


def marked(text: str, evidence: Sequence[tuple[int, int, float]]) -> list[list[str]]:
    """[[text, "", "for" or "against"]]: the whole text in pieces, its strongest words marked.

    evidence: (start, end, weight) in the text's order, see `TextModel.evidence`.
    """
    inside = [one for one in evidence if one[1] <= len(text)]
    weights = sorted((abs(weight) for _, _, weight in inside), reverse=True)
    if not weights or not weights[0]:
        return [[text, ""]] if text else []
    least = max(_FAINT * weights[0], weights[min(MOST_MARKS, len(weights)) - 1])
    pieces: list[list[str]] = []
    at = 0
    for start, end, weight in inside:
        if abs(weight) >= least:
            pieces += [[text[at:start], ""]] if start > at else []
            pieces.append([text[start:end], "for" if weight > 0 else "against"])
            at = end
    return pieces + ([[text[at:], ""]] if at < len(text) else [])


def spoken(pieces: Sequence[Sequence[str]], label: str) -> list[str]:
    """The marked words in a sentence or two."""
    said = []
    for mark, lead in (("for", f"Speaks for {label}"), ("against", f"Speaks against {label}")):
        words = list(dict.fromkeys(text.lower() for text, kind in pieces if kind == mark))
        if words:
            more = " …" if len(words) > _MOST_NAMED else ""
            said.append(f"{lead}: {', '.join(words[:_MOST_NAMED])}{more}")
    return said


def marked_html(pieces: Sequence[Sequence[str]], label: str) -> str:
    """The text with its marks, and the words in sentences."""
    shown = "".join(
        f'<mark class="ta-{kind}">{html.escape(text)}</mark>' if kind else html.escape(text)
        for text, kind in pieces
    )
    said = "".join(f'<p class="ta-soft">{html.escape(one)}</p>' for one in spoken(pieces, label))
    return f'<blockquote class="ta-marked">{shown}</blockquote>{said}'
