"""How sharply a model is to look: three levels with the time and the download of each; networks by name behind them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from tellapart.backbones.names import DEFAULT_BACKBONE, LEVELS

from tellapart_dashboards.app.wording import time_words

OWN_FILE = "file"  # the key of a weights file that somebody chose

_ABOUT = {
    "Quick": "Comes with the program and works offline. The one to begin with.",
    "Sharper": "Holds more than Quick and may see finer differences: try it. Every picture is looked at anew, once.",
    "Sharpest": "The largest of the three, for labels that look much alike. Every picture is looked at anew, once.",
}


@dataclass(frozen=True)
class Offer:
    """A network to choose: its name, how much is downloaded once, whether that is done, how long training takes, a
    sentence about it, and what is to be installed first."""

    name: str
    megabytes: float
    is_ready: bool
    seconds: float | None
    sentence: str
    needs: str = ""


@dataclass(frozen=True)
class OwnFile:
    """A weights file. path: on this computer; network: what it turned out to be."""

    path: str
    name: str
    network: str


def options(offers: Sequence[Offer], backbone: str, own: OwnFile | None) -> list[dict[str, str]]:
    """For `Choices`: the levels, and what else is chosen."""
    known = {offer.name: offer for offer in offers}
    shown = [
        {"key": name, "label": level, "n": _costs(known.get(name), name)} for level, name in LEVELS.items()
    ]
    if own is not None:
        shown.append({"key": OWN_FILE, "label": "Your file", "n": own.name})
    elif backbone not in LEVELS.values():
        shown.append({"key": backbone, "label": "By name", "n": backbone})
    return shown


def about_html(offers: Sequence[Offer], backbone: str, own: OwnFile | None) -> str:
    """What the chosen one is like."""
    if own is not None:
        return f'<p class="ta-soft">Uses {html.escape(own.name)}, a {html.escape(own.network)}.</p>'
    level = next((level for level, name in LEVELS.items() if name == backbone), "")
    offer = next((one for one in offers if one.name == backbone), None)
    said = _ABOUT.get(level) or (offer.sentence if offer else "")
    if offer is not None and not offer.is_ready:
        said += f" {offer.megabytes:.0f} MB are downloaded once."
        said += f" {offer.needs}" if offer.needs else ""
    return f'<p class="ta-soft">{html.escape(said)}</p>'


def named(offers: Sequence[Offer]) -> list[tuple[str, str]]:
    """For a Dropdown: every network by its name."""
    listed = [(f"{one.name} · {_size(one)}", one.name) for one in offers]
    return listed or [(DEFAULT_BACKBONE, DEFAULT_BACKBONE)]


def _costs(offer: Offer | None, name: str) -> str:
    if offer is None:
        return "built in" if name == DEFAULT_BACKBONE else ""
    return ", ".join(filter(None, [time_words(offer.seconds), _size(offer)]))


def _size(offer: Offer) -> str:
    if offer.name == DEFAULT_BACKBONE:
        return "built in"
    return f"{offer.megabytes:.0f} MB" if offer.is_ready else f"{offer.megabytes:.0f} MB download"
