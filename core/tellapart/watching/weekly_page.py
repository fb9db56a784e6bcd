"""The weekly page: what `watch` found, as one HTML file that asks for nothing and runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

import tellapart
from tellapart import atomic_files
from tellapart.errors import WatchError
from tellapart.store.files.own_files import check_own, has_in_head
from tellapart.watching.weeks import ALPHA, MOST_WEEKS, Watched, Week
from tellapart.words.percents import tenths, whole

_MARK = '<meta name="generator" content="tellapart watch'
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 720, 200, 48, 26, 10
_MOST_WEEKS = 104
_STYLE = Path(__file__).with_suffix(".css")


def write_page(watched: Watched, out: Path, name: str) -> Path:
    """The page at `out`; one that was made before is replaced, nothing else is. name: of the model, for its heading.

    Raises:
        WatchError: something else is at `out`, or the disk does not take it.
    """
    out = out.expanduser().absolute()
    try:
        check_own(out, has_in_head(_MARK.encode()), "page of tellapart watch", WatchError)
        atomic_files.write_bytes(out, weekly_page(watched, name).encode())
    except OSError as error:
        raise WatchError(f"{out} cannot be written ({error.strerror}). Choose another place.") from error
    return out


def weekly_page(watched: Watched, name: str) -> str:
    """The page, every text escaped."""
    weeks = watched.weeks[-_MOST_WEEKS:]
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in watched.sentences())
    shares = _chart(
        [(one.none_share, *one.none_interval) for one in weeks],
        weeks,
        watched.expected_none,
        "None of these, share",
    )
    expected = watched.expected_confidence
    sure = _chart(
        [(one.confidence[1], one.confidence[0], one.confidence[2]) for one in weeks],
        weeks, expected[1] if expected else None, "Confidence, median",
    )  # fmt: skip
    heading = f"{escape(name)}, week by week"
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f'{_MARK} {tellapart.__version__}"><meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">',
        f"<title>{heading}</title><style>{_STYLE.read_text('utf-8')}</style></head>",
        f"<body><main><h1>{heading}</h1>{said}",
        f"<section><h2>None of these</h2>{shares}",
        '<p class="soft">Share of answers, with its 95 % interval (Wilson). Dashed: on held-out pictures.',
        "</p></section>",
        f"<section><h2>Confidence</h2>{sure}",
        '<p class="soft">Probability of the named label: median, and the middle 80 % of answers. Dashed: the ',
        "median on held-out pictures.</p></section>",
        '<section><h2>Every week</h2><div class="scroll" tabindex="0" role="region" aria-label="Every week">',
        f"{_table(weeks)}</div>",
        '<p class="soft">Drift: energy test of sketches of the embeddings against those of the training pictures ',
        "(Székely and Rizzo 2013), judged by permutations, p corrected for all weeks that are tested, the last ",
        f"{MOST_WEEKS} (Holm). At ",
        f"{ALPHA:g} or below, ▲, the pictures are others than those; share says how much of their distance comes from ",
        "that, 0 to 1.</p></section></main></body></html>\n",
    ]
    return "".join(parts).replace(" %", "\u00a0%")


def _chart(
    points: Sequence[tuple[float, float, float]], weeks: Sequence[Week], usual: float | None, name: str
) -> str:
    """A line with whiskers: (value, low, high) of each week, 0 to 1. The table has the numbers."""
    if not points:
        return ""
    inner = _WIDTH - _LEFT - 10
    step = inner / max(1, len(points))
    xs = [_LEFT + step * (i + 0.5) for i in range(len(points))]

    def y(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value)

    grid = "".join(
        f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y(v):.1f}" y2="{y(v):.1f}"/>'
        f'<text x="{_LEFT - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{whole(v)}</text>'
        for v in (0, 0.25, 0.5, 0.75, 1)
    )
    whiskers = "".join(
        f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{y(low):.1f}" y2="{y(high):.1f}"/>'
        for x, (_, low, high) in zip(xs, points, strict=True)
    )
    line = " ".join(f"{x:.1f},{y(value):.1f}" for x, (value, _, _) in zip(xs, points, strict=True))
    dots = "".join(
        f'<circle class="{"dot bad" if one.has_drift else "dot"}" cx="{x:.1f}" cy="{y(value):.1f}" r="4"/>'
        for x, (value, _, _), one in zip(xs, points, weeks, strict=True)
    )
    every = -(-len(weeks) // 8)
    dates = "".join(
        f'<text x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{one.monday:%d %b}</text>'
        for i, (x, one) in enumerate(zip(xs, weeks, strict=True))
        if i % every == 0
    )
    dashed = (
        f'<line class="usual" x1="{_LEFT}" x2="{_WIDTH - 10}" y1="{y(usual):.1f}" y2="{y(usual):.1f}"/>'
        if usual is not None
        else ""
    )
    said = f"{name}: {whole(points[0][0])} in the first week shown, {whole(points[-1][0])} in the last"
    return (
        f'<div class="scroll"><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(said)}">'
        f'{grid}{dashed}{whiskers}<polyline class="mark" points="{line}"/>{dots}{dates}</svg></div>'
    )


def _table(weeks: Sequence[Week]) -> str:
    rows = "".join(
        f"<tr><td>{one.monday}</td><td>{one.n:,}</td><td>{tenths(one.none_share)}</td>"
        f"<td>{tenths(one.confidence[1])}</td>{_drift(one)}<td>{escape(next(iter(one.labels), '–'))}</td></tr>"
        for one in reversed(weeks)
    )
    names = (
        "Week of",
        "Answers",
        "None of these",
        "Median confidence",
        "Drift: p",
        "Statistic",
        "Share",
        "Commonest",
    )
    return f"<table><thead><tr>{''.join(f'<th>{one}</th>' for one in names)}</tr></thead><tbody>{rows}</tbody></table>"


def _drift(week: Week) -> str:
    if week.drift is None:
        return "<td>–</td><td>–</td><td>–</td>"
    found = f'<b class="warn">{week.drift.p:.3f} ▲</b>' if week.has_drift else f"{week.drift.p:.3f}"
    return f"<td>{found}</td><td>{week.drift.statistic:.2f}</td><td>{week.drift.share:.3f}</td>"
