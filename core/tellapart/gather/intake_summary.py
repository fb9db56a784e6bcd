"""What became of the files of one place, in words and in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from tellapart.errors import RefusalCode, Skipped
from tellapart.pictures.images import PICTURE_SUFFIXES
from tellapart.pictures.notes import PictureNote, grouped


@dataclass
class IntakeSummary:
    """What became of the files of one place. `labels` counts what was added; `notes` are remarks on the whole.

    understood: how folders, tables and names were read, in sentences. n_aside: pictures set aside, as `understood`
    says why, and n_repeated: copies in a folder that holds the set once more; both count as asked. side_files: those
    that are no pictures for anyone, by kind; they do not.
    picture_notes: remarks on single pictures that were added.
    """

    n_asked: int = 0
    n_added: int = 0
    labels: dict[str, int] = field(default_factory=dict)
    refusals: list[Skipped] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    picture_notes: list[PictureNote] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    n_aside: int = 0
    n_repeated: int = 0
    side_files: dict[str, int] = field(default_factory=dict)

    def remarks(self) -> list[str]:
        """All notes in lines for a person; what is the same for many pictures is said once."""
        return [*self.notes, *grouped(self.picture_notes)]

    def sentence(self) -> str:
        """For instance "120 files, 91 added, 6 set aside, 11 already here, 12 refused"."""
        n_copies = sum(refusal.code is RefusalCode.COPY for refusal in self.refusals)
        parts = [f"{self.n_asked} file{'s' * (self.n_asked != 1)}", f"{self.n_added} added"]
        if self.n_aside:
            parts.append(f"{self.n_aside} set aside")
        if self.n_repeated:
            parts.append(f"{self.n_repeated} repeated")
        if n_copies:
            parts.append(f"{n_copies} already here")
        if len(self.refusals) > n_copies:
            parts.append(f"{len(self.refusals) - n_copies} refused")
        return ", ".join(parts)

    def labels_sentence(self) -> str:
        """For instance "Labels: cats 18, dogs 18."; "" where nothing was added."""
        listed = ", ".join(f"{label} {n}" for label, n in sorted(self.labels.items()))
        return f"Labels: {listed}." if listed else ""

    def by_weight(self) -> list[Skipped]:
        """The refusals, those first that a person may want to mend: pictures, then other files, then copies."""

        def weight(one: Skipped) -> int:
            if one.code is RefusalCode.COPY:
                return 2
            return int(PurePosixPath(one.path).suffix.lower() not in PICTURE_SUFFIXES)

        return sorted(self.refusals, key=weight)

    def joined(self, other: IntakeSummary) -> IntakeSummary:
        """What became of the files of both places."""
        return IntakeSummary(
            self.n_asked + other.n_asked, self.n_added + other.n_added,
            dict(Counter(self.labels) + Counter(other.labels)), self.refusals + other.refusals,
            self.notes + other.notes, self.picture_notes + other.picture_notes, self.understood + other.understood,
            self.n_aside + other.n_aside, self.n_repeated + other.n_repeated,
            dict(Counter(self.side_files) + Counter(other.side_files)),
        )  # fmt: skip

    def to_json(self) -> dict[str, object]:
        """Plain JSON values, with the sentence; notes are the lines of `remarks`."""
        return {
            "n_asked": self.n_asked, "n_added": self.n_added, "n_aside": self.n_aside,
            "n_repeated": self.n_repeated,
            "labels": dict(sorted(self.labels.items())), "understood": self.understood, "side_files": self.side_files,
            "refusals": [{"path": one.path, "reason": one.reason, "code": one.code} for one in self.by_weight()],
            "notes": self.remarks(),
            "picture_notes": [{"path": one.path, "note": one.text} for one in self.picture_notes],
            "sentence": self.sentence(),
        }  # fmt: skip
