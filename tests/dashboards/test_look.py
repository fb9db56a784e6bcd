"""The look's tokens: enough contrast for everyone, in light and in dark."""

from __future__ import annotations

import re

import pytest
from tellapart_dashboards.app.page_frame import STATIC
from tellapart_dashboards.widgets import BUILT

WIDGETS = BUILT.parent
CSS = (STATIC / "tellapart.css").read_text("utf-8")
LIGHT = CSS[: CSS.index("@media (prefers-color-scheme: dark)")]
DARK = CSS[CSS.index("@media (prefers-color-scheme: dark)") : CSS.index("/* what ipywidgets")]


def tokens(css: str) -> dict[str, tuple[float, ...]]:
    """Token name -> RGB, 0 to 1."""
    found = {}
    for name, digits in re.findall(r"--ta-([a-z-]+): #([0-9a-f]{3,6});", css):
        whole = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
        found[name] = tuple(int(whole[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return found


def mixed(first: tuple[float, ...], second: tuple[float, ...], share: float) -> tuple[float, ...]:
    return tuple(share * a + (1 - share) * b for a, b in zip(first, second, strict=True))


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Source: WCAG 2.2, contrast ratio and relative luminance."""

    def luminance(colour: tuple[float, ...]) -> float:
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_no_rule_for_pages_changes_what_is_inside_a_widget() -> None:
    """The margin of a frame on one page once moved every picture on another."""
    meant = {"ta-bad", "ta-bar", "ta-head"}  # label rows draw these as pages do
    meant |= {"ta-message"}  # the list of projects says things as pages do
    meant |= {"ta-answer", "ta-answers", "ta-why"}  # and the answers of Classify, as apps for visitors do
    plain = re.sub(r"/\*.*?\*/", "", CSS, flags=re.DOTALL)
    selectors = {one.strip() for rule in re.findall(r"([^{}]+)\{", plain) for one in rule.split(",")}
    starts = (re.match(r"\.ta\s+\w*\.(ta-[\w-]+)", one) for one in selectors)
    of_pages = {found[1] for found in starts if found}
    for css in sorted(WIDGETS.glob("*/*.css")):
        own = set(re.findall(r"\.(ta-[\w-]+)", css.read_text("utf-8")))
        assert own & of_pages <= meant, css.name


@pytest.mark.parametrize("css", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read(css: str) -> None:
    colour = tokens(css)
    pairs = [
        ("ink", "bg"), ("ink", "card"), ("soft", "bg"), ("soft", "card"), ("accent", "card"), ("accent", "bg"),
        ("accent", "tint"), ("accent-ink", "accent"), ("ink", "tint"), ("warn", "warnbg"), ("ink", "warnbg"),
        ("bad", "badbg"), ("ink", "badbg"), ("bad", "card"),
    ]  # fmt: skip
    poor = {pair: contrast(colour[pair[0]], colour[pair[1]]) for pair in pairs}
    assert {pair: round(ratio, 2) for pair, ratio in poor.items() if ratio < 4.5} == {}
    strongest = mixed(colour["accent"], colour["card"], 0.46), mixed(colour["bad"], colour["card"], 0.45)
    assert min(contrast(colour["ink"], ground) for ground in strongest) >= 4.5, "numbers of the matrix"


@pytest.mark.parametrize("css", [LIGHT, DARK], ids=["light", "dark"])
def test_edges_of_controls_can_be_seen(css: str) -> None:
    colour = tokens(css)
    assert contrast(colour["edge"], colour["card"]) >= 3
    assert contrast(colour["accent"], colour["card"]) >= 3, "focus rings and bars"


def test_dark_by_the_system_and_dark_by_jupyterlab_are_the_same() -> None:
    by_system, by_lab = DARK.split(":root:has(", 1)
    assert tokens(by_system) == tokens(by_lab)
    assert set(tokens(by_system)) <= set(tokens(LIGHT))
