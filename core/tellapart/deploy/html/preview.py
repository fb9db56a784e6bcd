"""What a classifier's web page will look like: the same template, style, texts and colour, without what computes."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from tellapart.deploy.accent import accent_css
from tellapart.deploy.appearance import Appearance
from tellapart.deploy.facts import kinds
from tellapart.deploy.html.examples import examples_html
from tellapart.errors import OutsideError
from tellapart.safe_paths import path_inside
from tellapart.safe_text import harmless

_HERE = Path(__file__).parent
_PART = re.compile(r"\{\{(\w+)\}\}")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'"
# a preview runs nothing, so scripts go, and so does what is said where scripts are off; nobody presses anything in it
_SCRIPTS = re.compile(r"<(script|noscript)\b.*?</\1>\n?", re.DOTALL)
N_SHOWN = 3
PROMISE = "pictures never leave this device."
PROMISE_OF_SENDER = "pictures leave this device only when you send one."
_MAX_SAMPLE_BYTES = 100_000  # golden pictures are small; a stranger's may not be, and is then shown in part


@dataclass(frozen=True)
class SampleAnswer:
    """A picture with what the classifier says of it. jpeg: its file; shares: (label, 0 to 1), likeliest first."""

    jpeg: bytes
    shares: tuple[tuple[str, float], ...]


def preview_html(
    classes: tuple[str, ...],
    appearance: Appearance,
    sample: SampleAnswer | None = None,
    examples: Sequence[bytes] = (),
) -> str:
    """A whole HTML document, every text escaped, which runs nothing and asks for nothing: for a frame of its own.

    examples: JPEGs of the pictures that visitors may try.
    """
    parts = {
        "policy": _POLICY,
        "title": escape(appearance.title),
        "lead": escape(appearance.about or kinds(classes)),
        "style": _text("page.css") + accent_css(appearance.accent),
        "about": "",
        "promise": PROMISE,
        "examples": examples_html(examples),
    }
    page = _SCRIPTS.sub("", _text("page.html"))
    page = page.replace("<main>", "<main inert>").replace(
        "Getting ready …", "Ready. Pictures stay on this device."
    )
    if sample is not None and sample.shares:
        page = page.replace('aria-label="Answers" hidden', 'aria-label="Answers"')
        page = page.replace('<ol id="rows"></ol>', '<ol id="rows">{{sample}}</ol>')
        parts["sample"] = _answer(sample)
    return _PART.sub(lambda found: parts.get(found[1], ""), page)


def sample_of(bundle_dir: Path, record: dict[str, Any]) -> SampleAnswer | None:
    """The golden picture that it is surest of, with the answer that is kept beside it; None where it cannot be read."""
    golden = max(record.get("golden", []), key=lambda one: max(one["probabilities"]), default=None)
    if golden is None:
        return None
    try:
        path = path_inside(bundle_dir, golden["file"])
        with path.open("rb") as file:
            jpeg = file.read(_MAX_SAMPLE_BYTES)
    except (OSError, OutsideError):
        return None
    shares = sorted(zip(record["classes"], golden["probabilities"], strict=True), key=lambda one: -one[1])
    return SampleAnswer(jpeg, tuple(shares[:N_SHOWN]))


@cache
def _text(name: str) -> str:
    return (_HERE / name).read_text("utf-8")


def _answer(sample: SampleAnswer) -> str:
    """As page/bars.js and page/answers.js draw it."""
    bars = "".join(
        f'<li><span class="label">{escape(harmless(label))}</span>'
        f'<span class="bar"><i style="width:{100 * share:.1f}%"></i></span>'
        f'<span class="percent">{escape(_percent(share))}</span></li>'
        for label, share in sample.shares[:N_SHOWN]
    )
    picture = f'<img alt="" src="data:image/jpeg;base64,{b64encode(sample.jpeg).decode()}">'
    return (
        f'<li class="answer"><div class="picture">{picture}</div><div class="said"><h2 class="verdict">'
        f'{escape(harmless(sample.shares[0][0]))}</h2><ul class="bars">{bars}</ul></div></li>'
    )


def _percent(fraction: float) -> str:
    """As page/words.js says it."""
    value = 100 * fraction
    if 0 < value < 0.5:
        return "< 1 %"
    return "> 99 %" if 99.5 <= value < 100 else f"{value:.0f} %"
