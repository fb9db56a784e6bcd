"""What only a person can say of a classifier: asked on the Share page, written into the model card of every app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

from tellapart import atomic_files
from tellapart.bundle.model_card import with_answers
from tellapart.errors import DeployError
from tellapart.safe_text import harmless
from tellapart.store.sqlite.database_errors import disk_reason

MAX_ANSWER = 2000
# Name of the answer -> the heading in the card, which is the question in short.
HEADINGS = {
    "purpose": "What it is for.",
    "users": "Who should use it.",
    "weak_points": "Known weak points.",
    "contact": "Whom to ask.",
}


@dataclass(frozen=True)
class CardAnswers:
    """purpose, users (whom it is meant for), weak_points, contact: a few sentences each, "" where nobody has said it.

    Texts are stripped and lose characters that could deceive a reader; none of them is Markdown or HTML.

    Raises:
        DeployError: one has more than 2,000 characters.
    """

    purpose: str = ""
    users: str = ""
    weak_points: str = ""
    contact: str = ""

    def __post_init__(self) -> None:
        for one in fields(self):
            text = getattr(self, one.name)
            if len(text) > MAX_ANSWER:
                raise DeployError(
                    f"The answer to “{HEADINGS[one.name]}” has {len(text):,} characters; at most {MAX_ANSWER:,} fit. "
                    "Shorten it."
                )
            object.__setattr__(self, one.name, "\n".join(map(harmless, text.strip().splitlines())))

    def open(self) -> list[str]:
        """Names of the answers that are missing, in order."""
        return [name for name in HEADINGS if not getattr(self, name)]

    def to_json(self) -> dict[str, str]:
        """Plain JSON values, see `from_json`."""
        return {name: getattr(self, name) for name in HEADINGS}

    @classmethod
    def from_json(cls, kept: object) -> CardAnswers:
        """What `to_json` gave; what does not look like that, in a stranger's project, counts as not answered."""
        known = kept if isinstance(kept, Mapping) else {}
        texts = {name: known.get(name, "") for name in HEADINGS}
        return cls(**{
            name: text for name, text in texts.items() if isinstance(text, str) and len(text) <= MAX_ANSWER
        })  # fmt: skip


@contextmanager
def answered(bundle_dir: Path, answers: CardAnswers) -> Iterator[Path]:
    """The bundle with these answers in its model card: a copy, gone afterwards; the bundle itself without any answer.

    Raises:
        BundleError: the bundle does not load, or the disk does not take the copy.
        DeployError: the disk does not take the card.
    """
    if len(answers.open()) == len(HEADINGS):
        yield bundle_dir
        return
    from tellapart.bundle.writer import copy_bundle  # with the network's runtime, which takes its time

    with TemporaryDirectory(prefix="tellapart-app-") as place:
        copy = copy_bundle(bundle_dir, Path(place) / bundle_dir.name)
        card = copy / "MODEL_CARD.md"
        try:
            known = card.read_text("utf-8", errors="replace") if card.is_file() else ""
            said = [(heading, getattr(answers, name)) for name, heading in HEADINGS.items()]
            atomic_files.write_bytes(card, with_answers(known, said).encode())
        except OSError as error:
            raise DeployError(disk_reason(copy.parent, error)) from error
        yield copy
