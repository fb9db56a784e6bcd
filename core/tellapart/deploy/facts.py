"""What an app says of its classifier: the facts of bundle.json in a few sentences, its model card and its credits."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import Meta, Struct, ValidationError, convert

from tellapart.bundle.record import MAX_BYTES, parse, validate
from tellapart.safe_text import harmless
from tellapart.words.markdown import plain
from tellapart.words.percents import between, tenths

if TYPE_CHECKING:
    from tellapart.bundle.loading import Bundle

_MAX_LABELS = 12
_MAX_PAPER_BYTES = 2_000_000

_Fraction = Annotated[float, Meta(ge=0, le=1)]


class _Baselines(Struct):
    majority: _Fraction


class _Scores(Struct):
    n_wrong: int
    n_valid: int
    error_rate: _Fraction
    error_interval: tuple[_Fraction, _Fraction]
    baselines: _Baselines
    reject_rate: _Fraction


class _Counts(Struct):
    n_train: int
    n_without_licence: int | None = (
        None  # of the pictures it was made from; older versions did not count them
    )


class Made(Struct):
    """What bundle.json says for people; a stranger's may say anything, and then it is not repeated."""

    created: Annotated[str, Meta(min_length=10, max_length=40)]
    scores: _Scores
    counts: _Counts


def record_of(bundle_dir: Path) -> dict[str, Any]:
    """bundle.json as plain values, without the network being loaded; {} where there is none that can be read."""
    try:
        with (bundle_dir / "bundle.json").open("rb") as file:
            record = parse(file.read(MAX_BYTES + 1))
        validate(record)
    except (OSError, ValueError):
        return {}
    return record


def made_of(record: dict[str, Any]) -> Made | None:
    """When, from what and how well a classifier was made; None where its record does not say it as training does."""
    try:
        return convert(record, Made, strict=True)
    except ValidationError:
        return None


def kinds(classes: tuple[str, ...]) -> str:
    """The classes as a sentence, the first dozen by name."""
    names = [harmless(label) for label in classes[:_MAX_LABELS]]
    n_more = len(classes) - len(names)
    if n_more:
        names.append(f"{n_more:,} more")
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return (
        f"Tells {len(classes):,} kinds of things apart: {listed}." if len(classes) > 1 else f"Knows {listed}."
    )


def about_html(bundle: Bundle, about: str) -> str:
    """Paragraphs and a list, every text escaped. about: what the owner says, "" for nothing."""
    said = [about] if about else []
    said += [kinds(bundle.classes), *_how_good(bundle.record)]
    keep_in_mind = [
        "It knows the pictures it was made from. Other cameras, places, seasons or backgrounds can make it worse.",
        f"It always sees a square of {bundle.preprocess.size_px} × {bundle.preprocess.size_px} pixels; small details "
        "may be lost.",
        "Do not use it for decisions about people's health, rights or safety.",
    ]
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in said)
    items = "".join(f"<li>{escape(text)}</li>" for text in keep_in_mind)
    return f"{paragraphs}<ul>{items}</ul>"


def model_card_text(bundle: Bundle) -> str:
    """The bundle's MODEL_CARD.md, at most 2 MB of it, without characters that could deceive a reader."""
    return _paper(bundle.bundle_dir / "MODEL_CARD.md") or "This classifier came without a model card."


def credits_text(bundle: Bundle, software: Sequence[str], examples: Sequence[str] = ()) -> str:
    """The bundle's CREDITS.md with a list of the software in the app, as Markdown. software: lines for that list.
    examples: whose each example of the app is, see `credit_line`; "" for the owner's own."""
    credits = _paper(bundle.bundle_dir / "CREDITS.md") or "Nobody has written down who made the pictures."
    licence = bundle.record["backbone"].get("licence")
    backbone = f" (licence: {plain(str(licence))})" if licence else ""
    lines = [f"Backbone: {plain(str(bundle.record['backbone']['name']))}{backbone}", *software]
    if any(examples):
        shown = [f"- Example {n}: {credit}" for n, credit in enumerate(examples, 1) if credit]
        credits += "\n\n## Examples in this app\n\n" + "\n".join(shown)
    return f"{credits}\n\n## Software in this app\n\n" + "\n".join(f"- {line}" for line in lines)


def _how_good(record: dict[str, Any]) -> list[str]:
    made = made_of(record)
    if made is None:
        return []
    scores = made.scores
    low, high = scores.error_interval
    return [
        f"It was wrong about {scores.n_wrong:,} of {scores.n_valid:,} held-out pictures: "
        f"{tenths(scores.error_rate)} (95 % interval {between(low, high)}). "
        f"Always naming the commonest kind would be wrong in {tenths(scores.baselines.majority)}.",
        "A picture unlike everything it has seen is called “None of these”; so were "
        f"{tenths(scores.reject_rate)} of the pictures that do belong to its kinds.",
        f"Made on {harmless(made.created[:10])} from {made.counts.n_train:,} pictures.",
    ]


def _paper(path: Path) -> str:
    """A text of the bundle, cut where it is very long; "" if there is none."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_PAPER_BYTES + 1)
    except OSError:
        return ""
    text = data[:_MAX_PAPER_BYTES].decode("utf-8", errors="replace").replace("\r\n", "\n")
    if len(data) > _MAX_PAPER_BYTES:
        text = (
            f"{text.rpartition(chr(10))[0]}\n\nThis text goes on; ask whoever shared the page for all of it."
        )
    return "\n".join(harmless(line) for line in text.split("\n"))
