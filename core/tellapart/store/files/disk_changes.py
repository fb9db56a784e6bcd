"""What somebody changed in a project's folders by hand, counted and in sentences."""

from __future__ import annotations

from dataclasses import dataclass, field

from tellapart.pictures.notes import PictureNote, grouped
from tellapart.store.manifest import Refusal


@dataclass
class DiskChanges:
    """What differed between the rows and the disk."""

    n_new: int = 0
    n_edited: int = 0
    n_moved: int = 0
    n_back: int = 0
    n_missing: int = 0
    n_in_trash: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    picture_notes: list[PictureNote] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """For a person; [] when nothing changed."""
        said = []
        if self.n_new:
            said.append(f"{self.n_new} new picture(s) found in the folders and added.")
        if self.n_edited:
            said.append(
                f"{self.n_edited} picture(s) were edited in place; their labels and decisions are kept."
            )
        if self.n_moved:
            said.append(f"{self.n_moved} picture(s) moved by hand: they now have the label of their folder.")
        if self.n_back:
            said.append(f"{self.n_back} picture(s) that were missing are back.")
        if self.n_in_trash:
            said.append(f"{self.n_in_trash} picture(s) found in the trash: they count as removed.")
        if self.n_missing:
            said.append(
                f"{self.n_missing} picture(s) are missing from their folders. Put the files back to restore "
                "them."
            )
        if self.refusals:
            said.append(
                f"{len(self.refusals)} file(s) in the folders cannot be used: {self.refusals[0].name}: "
                f"{self.refusals[0].reason}."
            )
        return [*said, *grouped(self.picture_notes)]
