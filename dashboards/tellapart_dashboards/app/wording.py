"""Numbers and errors as a person reads them. Everything that came from outside is escaped here."""

from __future__ import annotations

import html
import traceback

from tellapart.errors import TellapartError
from tellapart.store.ledger import lacks_licence
from tellapart.store.manifest import Picture
from tellapart.words.percents import percent as percent
from tellapart.words.percents import whole


def count(number: int, noun: str, plural: str = "") -> str:
    """1 -> "1 picture", 1234 -> "1,234 pictures"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def seconds(value: float) -> str:
    """0.42 -> "0.4 seconds", 75 -> "1 min 15 s"."""
    if value >= 60:
        return f"{int(value // 60)} min {int(value % 60)} s"
    return f"{value:.1f} seconds" if value < 10 else f"{value:.0f} seconds"


def rough_time(seconds: float) -> str:
    """As a person says it: "a few seconds", "40 s", "3 min", "2 h"."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"{5 * round(seconds / 5)} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def time_words(seconds: float | None) -> str:
    """As `rough_time`, with "about" before a number; "" while unknown."""
    return "" if seconds is None else f"about {rough_time(seconds)}".replace("about a few", "a few")


def listed(names: list[str], at_most: int = 4) -> str:
    """["a", "b", "c"] -> "a, b and c"; a long list ends in "and 7 more"."""
    if len(names) > at_most + 1:
        names = [*names[:at_most], f"{len(names) - at_most} more"]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def wrong_words(error_rate: float) -> str:
    """The headline error as every page tells it: "14 % wrong"."""
    return f"{percent(error_rate)} wrong"


def train_again_words(n_changes: int) -> str:
    """What the button says: "12 changes since: train again", "Train again" where nothing changed."""
    return f"{count(n_changes, 'change')} since: train again" if n_changes else "Train again"


def licence_mark(picture: Picture) -> str:
    """What is written on a picture from the web whose licence nobody knows; "" on any other."""
    return "licence unknown" if lacks_licence(picture) else ""


def error_sentence(error: BaseException) -> str:
    """What to tell the person; errors of tellapart are written for that, the others get a frame."""
    if isinstance(error, TellapartError):
        return str(error)
    return (
        f"Unexpected error ({type(error).__name__}: {error}). Nothing was lost. Reload the page; if it "
        "happens again, run `tellapart doctor`."
    )


def error_html(error: BaseException) -> str:
    """The error as a box on the page, for our own mistakes with the details folded away."""
    details = ""
    if not isinstance(error, TellapartError):
        trace = html.escape("".join(traceback.format_exception(error)))
        details = f"<details><summary>Details for a report</summary><pre>{trace}</pre></details>"
    return message_html(error_sentence(error), "failed") + details


def message_html(text: str, kind: str = "") -> str:
    """One line in a box: kind "" is neutral, "care" a warning, "failed" an error; "" for no text."""
    if not text:
        return ""
    lead = {"failed": "<b>Stopped.</b> ", "care": "<b>Note.</b> "}.get(kind, "")
    role = "alert" if kind == "failed" else "status"
    return f'<div class="ta-message ta-{kind}" role="{role}">{lead}{html.escape(text)}</div>'


def heading_html(title: str, lead: str) -> str:
    """The head of a page: the answer, then what it means."""
    return f'<h1>{html.escape(title)}</h1><p class="ta-lead">{html.escape(lead)}</p>'


def progress_html(fraction: float, message: str, is_known: bool, name: str) -> str:
    """A bar with its sentence; a bar without a value while the total is unknown."""
    value = f' value="{fraction:.3f}" max="1"' if is_known else ""
    bar = f'<progress aria-label="{html.escape(name)}"{value}></progress>'
    share = f" · {whole(fraction)}" if is_known else ""
    return f'{bar}<p class="ta-soft">{html.escape(message)}{share}</p>'


def bar_html(fraction: float, kind: str = "") -> str:
    """A bar; the number stands beside it as text."""
    width = 100 * min(1.0, max(0.0, fraction))
    return f'<div class="ta-bar" aria-hidden="true"><i class="{kind}" style="width:{width:.1f}%"></i></div>'
