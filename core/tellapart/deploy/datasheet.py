"""The datasheet of a project: what its pictures are and where from, with the questions only a person can answer.

After Gebru et al. 2021, "Datasheets for Datasets", Communications of the ACM 64(12) (arXiv:1803.09010).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np

from tellapart.errors import RefusalCode
from tellapart.label_names import label_order
from tellapart.store.ledger import licence_of_picture
from tellapart.store.manifest import TO_DECIDE, Manifest, Picture, Refusal
from tellapart.words.markdown import link, plain

TO_ANSWER = "*To be answered by a person.*"
TITLE = "# Datasheet for"
_QUESTIONS = {
    "Motivation": (
        "For what purpose was the data set made?",
        "Who made it, on behalf of whom, and who paid for it?",
    ),
    "Composition": (
        "What is in the pictures that could identify people, or be confidential or offensive?",
        "What is missing: places, seasons, kinds, cameras, people that are not in it but will be met in use?",
    ),
    "Collection process": (
        "Who chose the queries and the pictures, and how?",
        "Did the people in the pictures, or their makers, know and agree?",
    ),
    "Preprocessing, cleaning, labelling": (
        "By which rule was a picture given its label, and what was done in doubt?",
    ),
    "Uses": (
        "What has it been used for, and what else could it be used for?",
        "What should it not be used for?",
    ),
    "Distribution": ("Will it be passed on, to whom, how, and under which licence?",),
    "Maintenance": (
        "Who looks after it, and how can they be reached?",
        "Will it be corrected and added to, and how will users hear of that?",
    ),
}
# why files were not taken in; of those with another code each reason stands for itself
_WORDS = {
    RefusalCode.COPY: "already here",
    RefusalCode.UNREADABLE: "damaged, too large, or not to be opened",
    RefusalCode.TOO_SMALL: "too small to see anything",
    RefusalCode.NO_LABEL: "next to the label folders, so without a label",
    RefusalCode.OTHER_LICENCE: "under a licence that does not fit what was asked for",
    RefusalCode.NOT_ALLOWED: "at an address that is not of the public web",
}


def datasheet(manifest: Manifest, name: str, n_look_alikes: int | None = None, answered: str = "") -> str:
    """DATASHEET.md: the facts filled in, the other questions left as questions. The same project makes the same text.

    Args:
        n_look_alikes: pictures that look like another one of the project; None where nobody looked.
        answered: an earlier datasheet, whose answers to the questions are kept.
    """
    pictures, refusals = manifest.pictures(), manifest.refusals_to_tell()
    facts = {
        "Composition": _composition(manifest, pictures, n_look_alikes),
        "Collection process": _collection(pictures, refusals),
        "Preprocessing, cleaning, labelling": _cleaning(manifest, pictures),
        "Distribution": _licences(pictures),
    }
    answers = _answers(answered)
    parts = [
        f"{TITLE} {plain(name)}",
        f'Facts as of {_last_change(pictures, refusals)}. After Gebru et al. 2021, "Datasheets for Datasets".',
    ]
    for heading, questions in _QUESTIONS.items():
        parts += [_heading(heading), *facts.get(heading, [])]
        for question in questions:
            parts += [_asked(question), answers.get(_asked(question), TO_ANSWER)]
    return "\n\n".join(parts) + "\n"


def _heading(name: str) -> str:
    return f"## {name}"


def _asked(question: str) -> str:
    return f"**{question}**"


def _answers(text: str) -> dict[str, str]:
    """What follows each question of an earlier datasheet, up to the next one or the next section. Headings and bold
    lines of the answer itself are part of it."""
    questions = {_asked(one) for several in _QUESTIONS.values() for one in several}
    ends = questions | {_heading(name) for name in _QUESTIONS}
    answers: dict[str, list[str]] = defaultdict(list)
    question = ""
    for line in text.splitlines():
        if line.rstrip() in ends:
            question = line.rstrip()
        elif question in questions:
            answers[question].append(line)
    return {question: joined for question, lines in answers.items() if (joined := "\n".join(lines).strip())}


def _composition(manifest: Manifest, pictures: list[Picture], n_look_alikes: int | None) -> list[str]:
    counts = {label: n for label, n in manifest.label_counts().items() if n}
    if not pictures:
        return ["There are no pictures yet."]
    n_bytes = sum(picture.n_bytes for picture in pictures)
    said = [
        f"{len(pictures)} pictures of {len(counts)} kind(s), {n_bytes / 1e6:.1f} MB.",
        _label_table(pictures),
    ]
    largest, smallest = max(counts.values()), min(counts.values())
    if largest > smallest:
        said.append(
            f"Balance: the largest label has {largest / smallest:.1f} times as many pictures as the smallest."
        )
    sides = np.array([(picture.width, picture.height) for picture in pictures])
    shorter = sides.min(axis=1)
    said.append(
        f"The shorter side has {shorter.min()} to {shorter.max()} pixels, with a median of "
        f"{int(np.median(shorter))}. Formats: {_listed(picture.format for picture in pictures)}."
    )
    if n_look_alikes is not None:
        said.append(
            f"{n_look_alikes} picture(s) have a near-duplicate here; splits keep near-duplicates together."
        )
    splits = Counter(picture.given_split for picture in pictures if picture.given_split)
    said.append(
        f"Splits given by the folders: {_listed(splits.elements())}."
        if splits
        else "No split was given; it is made at training."
    )
    return said


def _label_table(pictures: list[Picture]) -> str:
    splits = [
        split for split in ("train", "valid", "test") if any(one.given_split == split for one in pictures)
    ]
    counts = Counter(picture.label for picture in pictures)
    by_split = Counter((picture.label, picture.given_split) for picture in pictures)
    rows = [
        "| "
        + " | ".join([plain(label), str(counts[label]), *(str(by_split[label, split]) for split in splits)])
        + " |"
        for label in sorted(counts, key=label_order)
    ]
    return "\n".join(
        [f"| {' | '.join(['label', 'pictures', *splits])} |", "|---" * (2 + len(splits)) + "|", *rows]
    )


def _collection(pictures: list[Picture], refusals: list[Refusal]) -> list[str]:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for picture in pictures:
        groups[picture.source, picture.query or ""].append(picture.added_at)
    rows = [
        f"| {plain(source)} | {plain(query) or '–'} | {len(dates)} | {min(dates)[:10]} | {max(dates)[:10]} |"
        for (source, query), dates in sorted(groups.items())
    ]
    said = [
        "\n".join(
            ["| source | query | pictures | first added | last added |", "|---|---|---|---|---|", *rows]
        )
    ]
    if refusals:
        reasons = Counter(_WORDS.get(refusal.code, refusal.reason) for refusal in refusals)
        listed = "\n".join(
            f"- {n}: {plain(reason)}"
            for reason, n in sorted(reasons.items(), key=lambda one: (-one[1], one[0]))
        )
        said.append(f"{len(refusals)} file(s) were not added:\n\n{listed}")
    return said if pictures else said[1:]


def _cleaning(manifest: Manifest, pictures: list[Picture]) -> list[str]:
    n_removed = manifest.n_removed() - len(manifest.dropped_pictures())
    marks = Counter(picture.mark for picture in pictures if picture.mark and picture.mark != TO_DECIDE)
    n_waiting = sum(picture.mark == TO_DECIDE for picture in pictures)
    said = "The pictures are kept unchanged."
    if n_removed:
        said += f" {n_removed} were removed."
    if marks:
        said += f" Marked by a person: {_listed(marks.elements())}."
    if n_waiting:
        said += f" {n_waiting} came from visitors of an app, and nobody has decided about them yet."
    return [said]


def _licences(pictures: list[Picture]) -> list[str]:
    if not pictures:
        return []
    counts = Counter(licence_of_picture(picture) for picture in pictures)
    ranked = sorted(counts, key=lambda licence: (not licence.is_known, licence.name))
    rows = [f"| {link(one.name, one.url)} | {counts[one]} | {one.conditions()} |" for one in ranked]
    return ["\n".join(["| licence | pictures | conditions |", "|---|---|---|", *rows])]


def _listed(values: Iterable[str]) -> str:
    counts = sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{n} {value}" for value, n in counts)


def _last_change(pictures: list[Picture], refusals: list[Refusal]) -> str:
    moments = [picture.added_at for picture in pictures] + [refusal.at for refusal in refusals]
    return max(moments)[:10] if moments else "the day the project was made"
