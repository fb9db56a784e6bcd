"""The Share page in words. Everything that came from outside is escaped here."""

from __future__ import annotations

import html

from tellapart.deploy.fit_check import FitFinding, FitLevel
from tellapart.deploy.fit_words import fit_sentence
from tellapart.deploy.html.preview import preview_html
from tellapart.deploy.html.runtime import MEGABYTES, URL
from tellapart.deploy.targets import TARGETS

from tellapart_dashboards.app.public.visiting import this_computer
from tellapart_dashboards.app.wording import count, listed, percent
from tellapart_dashboards.pages.share.state import AppFacts, SharePhase, ShareState

QUESTIONS = {
    "purpose": ("What is it for?", "For instance: to sort leaves in a school garden."),
    "users": ("Who should use it?", "And who should not?"),
    "weak_points": ("Where does it go wrong?", "Light, cameras, seasons, kinds it mixes up."),
    "contact": ("Whom can people ask?", "A name, an address. Everybody who gets the app can read it."),
}
LOOKS = [{"key": "phone", "label": "Phone", "n": ""}, {"key": "laptop", "label": "Laptop", "n": ""}]
CHANGED = "Something changed since: a word, the colour or the model. Make it again to have it in the app."
_MARKS = {FitLevel.STOP: "✕", FitLevel.THINK: "!", FitLevel.FINE: "✓"}
_LEVELS = {FitLevel.STOP: "Stop", FitLevel.THINK: "Think about it", FitLevel.FINE: "Fine"}


def headline(state: ShareState, has_train: bool) -> tuple[str, str]:
    """The answer, and what it means."""
    if state.phase is SharePhase.OPENING:
        return "Share it", "Reading the model …"
    if state.phase is SharePhase.NO_MODEL:
        where = "on the Train page" if has_train else "with the notebook 3_train.ipynb"
        return (
            "Nothing to share yet",
            f"Train a model first {where}. Here it becomes an app that anyone can open.",
        )
    said = f"It tells {listed(list(state.model.classes), at_most=6)} apart"
    if state.model.made is not None:
        scores = state.model.made.scores
        said += f"; of {count(scores.n_valid, 'picture')} it had never seen, it got {percent(scores.error_rate)} wrong"
    return "Share it", f"{said}. Nothing leaves {this_computer()} until you send it."


def target_options() -> list[tuple[str, str]]:
    """The kinds of apps as (text, name)."""
    return [(f"{one.text[:1].upper()}{one.text[1:]}", name) for name, one in TARGETS.items()]


def made_of_html(state: ShareState) -> str:
    """Which model goes out."""
    made = state.model.made
    day = f", made on {html.escape(made.created[:10])}" if made is not None else ""
    return f'<p class="ta-soft">Of the newest model{day}.</p>'


def make_label(state: ShareState) -> str:
    """What stands on the button."""
    return "Make the app" if state.making.app is None else "Make the app again"


CHECKING = '<p class="ta-soft" role="status">The model is being checked first.</p>'


def warning_html(stops: tuple[FitFinding, ...], held: tuple[FitFinding, ...]) -> str:
    """What the check says stop to, with the reasons, beside the button; "" where it says it to nothing."""
    if not stops:
        return ""
    said = (
        f"Do not publish it yet: see {count(len(held), 'point')} below."
        if held
        else "Shared all the same, though:"
    )
    reasons = "".join(f"<li>{html.escape(fit_sentence(one))}</li>" for one in held or stops)
    return f'<div class="ta-warning" role="status"><p>{said}</p><ul>{reasons}</ul></div>'


def wrong_html(wrong: str) -> str:
    """Why nothing can be made yet, beside the button: the field with the text may be out of sight."""
    return f'<p class="ta-warning">{html.escape(wrong)}</p>' if wrong else ""


def examples_lead(is_any: bool) -> str:
    """What examples are for, or why there can be none."""
    if is_any:
        said = "Visitors without a picture at hand can try these. Who made them stands in the app's credits."
    else:
        said = "No picture of this project may be shown to others: none has a licence that allows it."
    return f'<h2>Examples to try</h2><p class="ta-soft">{said}</p>'


def checks_html(findings: tuple[FitFinding, ...]) -> str:
    """Each finding with its mark; the level is said as well, for those who do not see the mark."""
    items = "".join(
        f'<li class="ta-{one.level.name.lower()}"><b aria-hidden="true">{_MARKS[one.level]}</b>'
        f'<span><span class="ta-spoken">{_LEVELS[one.level]}: </span>{html.escape(fit_sentence(one))}</span></li>'
        for one in findings
    )
    return f'<ul class="ta-checks">{items}</ul>' if items else ""


def app_html(app: AppFacts, is_current: bool) -> str:
    """Where the app lies, how large it is, what to do with it."""
    older = "" if is_current else f'<p class="ta-warning">{CHANGED}</p>'
    zipped = (
        f'<p class="ta-place">The zip: <code>{html.escape(str(app.zip))}</code></p>'
        if app.zip is not None
        else ""
    )
    second = (
        f'<p class="ta-place">With it: <code>{html.escape(str(app.second))}</code></p>'
        '<p class="ta-soft">Put both files into one folder of your web site.</p>'
        if app.second is not None
        else ""
    )
    then = TARGETS[app.target].then.replace("OUT", str(app.path)) if app.target in TARGETS else ""
    return (
        f"<h2>The app is ready: {app.megabytes:,.1f} MB</h2>"
        f'<p class="ta-place"><code>{html.escape(str(app.path))}</code></p>{second}{zipped}'
        f'<p class="ta-soft">{html.escape(then)}</p>{older}'
    )


def corrections_html() -> str:
    """What comes of it."""
    return (
        '<p class="ta-soft">What they send comes into Clean first in line, and nothing is learned from it before you '
        "decide. Without an address of your own it is kept beside the app; on a web page, visitors save it as a "
        "file. A Space keeps no files, so it needs an address.</p>"
    )


SECOND_FILE = "For a web site: let it open there without internet, too (makes a second file)"


def runtime_html(is_needed: bool) -> str:
    """What the web page needs once."""
    if not is_needed:
        return ""
    return (
        f'<p class="ta-soft">The first time, onnxruntime-web is downloaded and kept: {MEGABYTES} MB, the program that '
        "computes in browsers.</p>"
    )


def no_internet_html() -> str:
    """How to do without a connection."""
    address = html.escape(URL)
    return (
        f'<p class="ta-soft">Fetch this file on another computer, bring it here, and write where it lies:<br>'
        f'<code class="ta-address">{address}</code></p>'
    )


def preview_frame(state: ShareState, look: str) -> str:
    """The page as visitors will see it, in a frame that runs nothing."""
    classes, looks = state.model.classes or ("…",), state.settings.appearance
    page = preview_html(classes, looks, state.model.sample, state.example_jpegs)
    name = f"Preview on a {look}"
    return (
        f'<div class="ta-preview ta-{look}"><iframe title="{name}" sandbox="" tabindex="-1" '
        f'srcdoc="{html.escape(page)}"></iframe></div>'
    )
