"""OutlineReview: where masks and the trained network disagree, the worst pictures and the worst regions first."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tellapart.errors import ProjectError, TrainError
from tellapart.kinds.decisions import ThingDecision
from tellapart.outlines.classes import VOID
from tellapart.outlines.drawing import side_by_side
from tellapart.outlines.model import likeliest
from tellapart.outlines.model_file import read_model
from tellapart.outlines.project import OutlineProject, ProjectOutline
from tellapart.outlines.training import TRAINING_NAME
from tellapart.pictures.index_masks import resized_mask
from tellapart.progress import Doing, Progress, Step, silent
from tellapart.words.commands import typed

_SURE = 0.2  # by how much more likely another class has to be, for a pixel to be doubted
_SMALLEST = 12  # pixels of a region, as the network sees the picture
_LEAST = 1e-6


@dataclass(frozen=True)
class OutlineRegion:
    """A piece of a mask that looks like another class. region_id: the picture's name and a pixel of it, NAME@X,Y. box:
    left, top, right, bottom. n_pixels: of the picture. score: 0 to 1, how surely."""

    region_id: str
    picture_id: str
    given: str
    told: str
    score: float
    n_pixels: int
    box: tuple[int, int, int, int]

    def sentence(self) -> str:
        """For a person."""
        left, top, right, bottom = self.box
        return (
            f"{self.n_pixels:,} pixels drawn as {self.given!r} look like {self.told!r} ({left}–{right} across, "
            f"{top}–{bottom} down)."
        )


@dataclass(frozen=True)
class OutlineFinding:
    """A picture. loss: mean negative log likelihood of the mask's pixels; share_wrong: share of the pixels told
    otherwise, 0 to 1. is_held_out: whether the network never learned from it, so that it may disagree freely. regions:
    the worst first."""

    picture_id: str
    loss: float
    share_wrong: float
    is_held_out: bool
    regions: tuple[OutlineRegion, ...] = field(repr=False)


class OutlineReview:
    """The findings of a project as it stood when it was opened or refreshed, by its newest network.

    Raises:
        TrainError: nothing was trained yet. BundleError: the network cannot be used.
    """

    def __init__(self, project: OutlineProject, progress: Progress = silent):
        self.project = project
        bundle = project.newest_bundle()
        if bundle is None:
            raise TrainError(
                f"{project.name} has no trained network yet, by which masks could be judged. Train it: tellapart train "
                f"{typed(project.root)}"
            )
        self.model = read_model(bundle)
        if [one.name for one in self.model.classes] != [one.name for one in project.classes]:
            raise TrainError("The newest network was trained for other classes. Train again.")
        self._held_out = _held_out(bundle)
        self.refresh(progress)

    def refresh(self, progress: Progress = silent) -> None:
        """Look at all pictures again, as they stand now."""
        pictures = self.project.pictures()
        found = []
        for number, one in enumerate(pictures):
            progress(number, len(pictures), Doing(Step.LOOKING, "Looking at masks"))
            found.append(self._finding(one))
        self._found = sorted(found, key=lambda one: -one.loss)

    def findings(self) -> list[OutlineFinding]:
        """What is still open, the worst picture first; one that a person kept or corrected is settled."""
        decided = {one.picture_id for one in self.project.pictures(with_removed=True) if one.decided}
        return [one for one in self._found if one.picture_id not in decided]

    def regions(self) -> list[OutlineRegion]:
        """Of the open pictures, the worst first: the largest that are told otherwise most surely."""
        regions = [region for one in self.findings() for region in one.regions]
        return sorted(regions, key=lambda one: -one.score * one.n_pixels)

    def suggestions(self, above: float, chosen_for: Iterable[ThingDecision] = ()) -> list[ThingDecision]:
        """Masks with every region corrected whose score is above this, one for each picture; they are written now.

        Args:
            chosen_for: what a person chooses in the same step; nothing is suggested for those pictures.
        """
        return self.accepted(self.surer_than(above, chosen_for))

    def surer_than(self, above: float, chosen_for: Iterable[ThingDecision] = ()) -> list[str]:
        """Ids of the open regions whose score is above this; see `suggestions`."""
        theirs = {one.thing_id for one in chosen_for}
        return [one.region_id for one in self.regions() if one.score > above and one.picture_id not in theirs]

    def accepted(self, region_ids: Iterable[str]) -> list[ThingDecision]:
        """The decisions that these regions are what the network tells, one mask for each picture, written now.

        Raises:
            ProjectError: there is no such region.
        """
        known = {one.region_id: one for one in self.regions()}
        by_picture: dict[str, list[OutlineRegion]] = {}
        for name in region_ids:
            if name not in known:
                raise ProjectError(
                    f"There is no open region {name!r}. List them: tellapart clean {typed(self.project.root)}"
                )
            by_picture.setdefault(known[name].picture_id, []).append(known[name])
        return [self._corrected(regions) for regions in by_picture.values()]

    def decide(self, decisions: Iterable[ThingDecision]) -> None:
        """Keep decisions as one step; `refresh` tells what they changed."""
        self.project.decide(list(decisions))

    def undo(self) -> list[ThingDecision]:
        """Take back the last step; what it was."""
        return self.project.undo()

    def redo(self) -> list[ThingDecision]:
        """Carry out again what was taken back last; what it was."""
        return self.project.redo()

    def drawn(self, picture_id: str) -> Image.Image:
        """The picture with its mask, and beside it with what the network tells."""
        one = self.project.picture(picture_id)
        pixels = self.project.pixels(one)
        return side_by_side(pixels, [self.project.mask(one), self.model.told(pixels)[0]], self.model.colours)

    def sentences(self) -> list[str]:
        """The whole in words."""
        findings, regions = self.findings(), self.regions()
        said = [
            f"{len(self._found):,} pictures looked at, {len(findings):,} open; {len(regions):,} regions look like "
            "another class than they are drawn as."
        ]
        if any(not one.is_held_out for one in findings):
            said.append(
                "The network learned from most of these masks, so it disagrees less there than it should."
            )
        return said

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "n": len(self._found),
            "pictures": [
                {key: value for key, value in asdict(one).items() if key != "regions"}
                for one in self.findings()
            ],
            "regions": [{**asdict(one), "sentence": one.sentence()} for one in self.regions()],
        }  # fmt: skip

    def __repr__(self) -> str:
        return "\n".join(self.sentences())

    def _finding(self, one: ProjectOutline) -> OutlineFinding:
        mask = resized_mask(self.project.mask(one), self.model.width, self.model.height)
        probs = self._probabilities(one)
        counted = mask != VOID
        n = max(1, int(counted.sum()))
        loss = float(-np.log(np.maximum(_of_given(probs, mask), _LEAST))[counted].sum() / n)
        regions = [region for region, _, _ in self._pieces(one, probs, mask)]
        regions.sort(key=lambda region: -region.score * region.n_pixels)
        wrong = counted & (probs.argmax(axis=0) != mask)
        return OutlineFinding(
            one.picture_id, loss, float(wrong.sum() / n), one.picture_id in self._held_out, tuple(regions)
        )

    def _probabilities(self, one: ProjectOutline) -> np.ndarray:
        """(C, h, w), as the network sees the picture."""
        return self.model.probabilities(self.model.seen(self.project.pixels(one))[None])[0]

    def _pieces(
        self, one: ProjectOutline, probs: np.ndarray, mask: np.ndarray
    ) -> Iterable[tuple[OutlineRegion, np.ndarray, np.ndarray]]:
        """The regions of a picture, each with the pixels of its own, and those of others that are drawn and told as the
        same classes. probs (C, h, w), mask (h, w): as the network sees the picture."""
        places = probs.argmax(axis=0)
        wrong = (mask != VOID) & (places != mask)
        margins = np.where(wrong, probs.max(axis=0) - _of_given(probs, mask), 0)
        for part, others in _parts(wrong & (margins > _SURE), mask, places):
            yield self._region(one, part, margins, mask, places), part, others

    def _region(
        self, one: ProjectOutline, part: np.ndarray, margins: np.ndarray, mask: np.ndarray, places: np.ndarray
    ) -> OutlineRegion:
        """part: (h, w) bool, as the network sees the picture."""
        y, x = np.unravel_index(int(np.where(part, margins, -1).argmax()), part.shape)
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        across, down = one.width / part.shape[1], one.height / part.shape[0]
        box = (
            int(columns[0] * across), int(rows[0] * down), round((columns[-1] + 1) * across),
            round((rows[-1] + 1) * down),
        )  # fmt: skip
        return OutlineRegion(
            f"{one.picture_id}@{int((x + 0.5) * across)},{int((y + 0.5) * down)}", one.picture_id,
            self.project.classes[mask[y, x]].name, self.project.classes[places[y, x]].name,
            float(margins[part].mean()), round(int(part.sum()) * across * down), box,
        )  # fmt: skip

    def _corrected(self, regions: list[OutlineRegion]) -> ThingDecision:
        """
        Raises:
            ProjectError: another mask was drawn since a region was found.
        """
        one = self.project.picture(regions[0].picture_id)
        mask, probs = self.project.mask(one).copy(), self._probabilities(one)
        told = likeliest(probs, one.width, one.height)[0]
        seen = resized_mask(mask, self.model.width, self.model.height)
        wanted = {region.region_id for region in regions}
        reach = {
            (region.region_id, region.given, region.told): _reach(part, others, one.width, one.height)
            for region, part, others in self._pieces(one, probs, seen)
            if region.region_id in wanted
        }
        names = [each.name for each in self.project.classes]
        for region in regions:
            its = reach.get((region.region_id, region.given, region.told))
            if its is None:
                raise ProjectError(
                    f"The mask of {one.picture_id} changed since {region.region_id} was found. Look again, and decide "
                    "about what is found then."
                )
            given, to = names.index(region.given), names.index(region.told)
            mask[its & (mask == given) & (told == to)] = to
        return self.project.correction(one.picture_id, mask)


def _of_given(probs: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """(h, w) probability of the class that the mask has; of any where it counts for nothing."""
    return np.take_along_axis(probs, np.where(mask != VOID, mask, 0)[None].astype(int), 0)[0]


def _parts(
    doubted: np.ndarray, mask: np.ndarray, places: np.ndarray
) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Connected pieces that are drawn as one class and told as one other, thicker than an edge; beside each what else
    is of the same pair."""
    from scipy import ndimage

    pairs = np.where(doubted, mask.astype(int) * 256 + places, -1)
    for pair in np.unique(pairs[doubted]).tolist():
        is_pair = pairs == pair
        pieces, n = ndimage.label(is_pair)
        cores = ndimage.binary_erosion(is_pair)
        sizes = np.bincount(pieces.reshape(-1), minlength=n + 1)
        for piece in np.unique(pieces[cores]).tolist():
            if sizes[piece] >= _SMALLEST:
                yield pieces == piece, is_pair & (pieces != piece)


def _reach(part: np.ndarray, others: np.ndarray, width: int, height: int) -> np.ndarray:
    """(height, width) bool of (h, w): a piece with its rim, where the network wavers, but nothing of the others."""
    from scipy import ndimage

    whole = ndimage.binary_dilation(part, np.ones((3, 3))) & ~others
    return resized_mask(whole.astype(np.uint8), width, height) > 0


def _held_out(bundle: Path) -> set[str]:
    try:
        return {str(one) for one in json.loads((bundle / TRAINING_NAME).read_bytes())["held_out"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()  # an exported bundle, or a damaged file: then every picture counts as learned from
