"""The findings of the fit check in words: what was found, with its numbers, and what to do where there is something."""

from __future__ import annotations

from typing import Any

from tellapart.deploy.card_answers import HEADINGS
from tellapart.deploy.fit_check import FitCode, FitFinding, FitLevel
from tellapart.words.percents import percent

_UNLICENSED = "no known licence, or all rights are reserved"


def fit_sentence(finding: FitFinding) -> str:
    """One finding as a person reads it."""
    return _SENTENCES[finding.code](finding.level, finding.facts)


def _answers(level: FitLevel, facts: dict[str, Any]) -> str:
    if level is FitLevel.STOP:
        return str(facts["reason"])
    return (
        f"It starts, and gives the answers it was made with: {_count(facts['n_golden'], 'picture')} checked."
    )


def _error(level: FitLevel, facts: dict[str, Any]) -> str:
    if not facts:
        return "Nobody has noted how often it is wrong. Measure it before you share it."
    rate, guessing = facts["error_rate"], facts["guessing"]
    if rate >= guessing:
        return (
            f"It is wrong as often as guessing: {percent(rate)}, guessing {percent(guessing)}. Clean the pictures or "
            "add more, and train again."
        )
    said = f"{_share(rate)}. Always naming the commonest kind would be wrong in {percent(guessing)}."
    if level is FitLevel.STOP:
        return f"{said} That is too often to rely on: clean the pictures or add more, and train again."
    if level is FitLevel.THINK:
        return f"{said} Say so in the text about it."
    return said


def _held_out(level: FitLevel, facts: dict[str, Any]) -> str:
    said = (
        f"Measured on {_count(facts['n_valid'], 'held-out picture')}: really between {percent(facts['low'])} and "
        f"{percent(facts['high'])} wrong."
    )
    return f"{said} That is few; add pictures to know better." if level is FitLevel.THINK else said


def _licences(level: FitLevel, facts: dict[str, Any]) -> str:
    n_shown, n_without, n_made_from = (
        facts[name] for name in ("n_shown", "n_shown_without", "n_made_from_without")
    )
    if level is FitLevel.THINK:
        return (
            f"{_count(n_without, 'picture')} in the app {_have(n_without)} {_UNLICENSED}; it carries {n_shown}. "
            "Ask their authors, or remove them from the project and train again."
        )
    said = (
        f"Of the {_count(n_shown, 'picture')} in the app, each is your own or has a known licence."
        if n_shown
        else "No pictures of yours are in the app."
    )
    if n_made_from:
        from_whom = _count(n_made_from, "picture")
        said += f" {from_whom} it learned from {_have(n_made_from)} {_UNLICENSED}; see its credits."
    return said


def _card(level: FitLevel, facts: dict[str, Any]) -> str:
    missing = facts["missing"]
    if level is FitLevel.FINE:
        return "The model card is complete."
    asked = ", ".join(f"“{HEADINGS[name].rstrip('.')}”" for name in missing)
    return f"{_count(len(missing), 'question')} of the model card {_are(len(missing))} open: {asked}."


def _size(level: FitLevel, facts: dict[str, Any]) -> str:
    of = "app" if facts["of"] == "app" else "model"
    said = f"The {of} has {_megabytes(facts['megabytes'])}."
    if level is FitLevel.FINE:
        return said
    return f"{said} {_TOO_LARGE[facts['why']].format(limit=_megabytes(facts['limit_mb']))}"


_TOO_LARGE = {
    "mail": "Most mail servers take {limit}: send a link instead.",
    "GitHub": "GitHub refuses files above {limit}: train with a smaller backbone.",
}


def _installed(level: FitLevel, facts: dict[str, Any]) -> str:
    said = f"{_megabytes(facts['megabytes'])} are installed along with it"
    if facts["limit_mb"] is None:
        return f"{said}."
    limit = f"{facts['host']} allows {_megabytes(facts['limit_mb'])}"
    return f"{said}; {limit}." + (" It would not be built there." if level is FitLevel.STOP else "")


def _start(level: FitLevel, facts: dict[str, Any]) -> str:
    said = f"Measured here: ready after {facts['start_s']:.1f} s, then {1000 * facts['picture_s']:.0f} ms a picture."
    return f"{said} Visitors will wait; a smaller backbone is quicker." if level is FitLevel.THINK else said


def _memory(level: FitLevel, facts: dict[str, Any]) -> str:
    if not facts["host"]:
        memory = _megabytes(facts["one_mb"])
        return f"It takes about {memory} of memory here. It runs in the visitor's browser, so it needs no server."
    said = (
        f"About {_megabytes(facts['one_mb'])} of memory for one visitor, {_megabytes(facts['ten_mb'])} for ten on one "
        "computer."
    )
    if facts["limit_mb"] is None:
        return said
    said += f" {facts['host']} allows {_megabytes(facts['limit_mb'])} each"
    if level is FitLevel.STOP:
        return f"{said}: it would be ended there. Train with a smaller backbone."
    if level is FitLevel.THINK:
        return f"{said}, but guarantees only {_megabytes(facts['guaranteed_mb'])}."
    return f"{said}."


_SENTENCES = {
    FitCode.ANSWERS: _answers,
    FitCode.ERROR: _error,
    FitCode.HELD_OUT: _held_out,
    FitCode.LICENCES: _licences,
    FitCode.CARD: _card,
    FitCode.SIZE: _size,
    FitCode.INSTALLED: _installed,
    FitCode.START: _start,
    FitCode.MEMORY: _memory,
}


def _share(rate: float) -> str:
    """0.34 -> "One in 3 is wrong (34 %)"; none and most have words of their own."""
    if rate == 0:
        return "None of the held-out pictures was wrong"
    if rate > 0.4:
        return f"{percent(rate)} are wrong"
    return f"One in {round(1 / rate):,} is wrong ({percent(rate)})"


def _megabytes(value: float) -> str:
    return f"{value:,.1f} MB" if value < 20 else f"{value:,.0f} MB"


def _count(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'s' * (n != 1)}"


def _have(n: int) -> str:
    return "has" if n == 1 else "have"


def _are(n: int) -> str:
    return "is" if n == 1 else "are"
