"""KnownPictures: the pictures of a project as a page shows them: numbers, words, and all that is known of one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from tellapart.errors import ProjectError
from tellapart.store.journal import Decision, Entry
from tellapart.store.ledger import licence_of_picture
from tellapart.store.manifest import Picture
from tellapart.store.project import Project

from tellapart_dashboards.app.pictures.held_out_answers import HeldOutAnswers
from tellapart_dashboards.app.thumbnails import Wanted
from tellapart_dashboards.app.wording import licence_mark, percent
from tellapart_dashboards.widgets.looking.looking_widget import Alike, Facts

MARKS = {"keep": "kept", "not sure": "not sure", "none of these": "none of these"}
N_SHARES = 5
GONE = "This picture is no longer in the project: it was taken out while this page was open."


class Model(Protocol):
    """What is asked of an open review."""

    def probs(self, image_id: str) -> dict[str, float]:
        """Label -> probability, {} if unknown."""

    def neighbours(self, image_id: str, k: int = 6) -> list[tuple[str, float]]:
        """The k most alike with their similarity."""

    def decide(self, decisions: Sequence[Decision]) -> list[str]:
        """Written down as one batch; what the person should know."""

    def undo(self) -> list[Entry]:
        """What was taken back."""

    def redo(self) -> list[Entry]:
        """What was carried out again."""


class KnownPictures:
    """Works before any model does: then it only says less. Its methods are for threads.

    model: gives the open review, None while there is none.
    """

    def __init__(self, project: Project, model: Callable[[], Model | None] = lambda: None) -> None:
        self.project = project
        self.project_dir = str(project.root)
        self.answers = HeldOutAnswers(project.root)
        self._model = model
        self._ids: list[str] = []
        self._numbers: dict[str, int] = {}
        self._numbering = threading.Lock()
        self._given: dict[str, str] = {}
        self._licence_marks: dict[str, str] = {}

    # -- numbers

    def keys_of(self, image_ids: Iterable[str]) -> np.ndarray:
        """The page's numbers of these pictures, (N,) uint32; the same picture always has the same."""
        numbers, ids = self._numbers, self._ids
        keys = []
        with self._numbering:
            for image_id in image_ids:
                number = numbers.get(image_id)
                if number is None:
                    number = numbers[image_id] = len(ids)
                    ids.append(image_id)
                keys.append(number)
        return np.array(keys, "<u4")

    def ids_of(self, keys: Iterable[int]) -> list[str]:
        """The pictures with these numbers; numbers that were never given out are left out."""
        return [self._ids[key] for key in keys if 0 <= key < len(self._ids)]

    def shown(self, labels: Mapping[str, str]) -> list[int]:
        """The numbers of pictures that are on the page from now on; labels: image_id -> the one it is shown with. What
        is decided is told against that."""
        self._given.update(labels)
        return [int(key) for key in self.keys_of(labels)]

    # -- words

    def tiles(self, keys: Sequence[int]) -> list[dict[str, Any]]:
        """The words of pictures, see `Desk`."""
        self.answers.renew()
        return [self._tile(*standing) for standing in self._standings(keys)]

    def decided(self, keys: Sequence[int]) -> list[str]:
        """What the tiles of these pictures say of decisions, "" where nothing is decided."""
        return [
            _decided(self.given(self._ids[key], label), label, state, mark)
            for key, label, state, mark in self._standings(keys)
        ]

    def _standings(self, keys: Sequence[int]) -> list[tuple[int, str, str, str | None]]:
        """Number, label, state and mark of each as they are now; "missing" of one that is gone from the project."""
        numbers = [key for key in keys if 0 <= key < len(self._ids)]
        rows = {row[0]: row[1:] for row in self.project.manifest.standings(self.ids_of(numbers))}
        return [(key, *rows.get(self._ids[key], ("", "missing", None))) for key in numbers]

    def _tile(self, key: int, label: str, state: str, mark: str | None) -> dict[str, Any]:
        image_id = self._ids[key]
        given = self.given(image_id, label)
        return {
            "key": key, "label": given or "gone", "said": self.said(image_id, given),
            "mark": self._licence_mark(image_id), "chips": self.chips(image_id),
            "decided": _decided(given, label, state, mark), "suggested": self.suggested(image_id, given),
        }  # fmt: skip

    def given(self, image_id: str, now: str) -> str:
        """The label a picture is shown with; now: the one it has. A label that got another name is no decision."""
        given = self._given.get(image_id, now)
        return given if given == now or image_id in self.project.journal.decided().relabelled else now

    def said(self, image_id: str, given: str) -> str:
        """What the model says of a picture, in a few words."""
        probs = self.probs(image_id)
        if not probs:
            return ""
        label = max(probs, key=probs.__getitem__)
        says = percent(probs[label])
        return f"model agrees, {says}" if label == given else f"model: {label} {says}"

    def chips(self, image_id: str) -> list[str]:
        """What stands out in a picture, in a few words each."""
        return []

    def reasons(self, image_id: str, label: str) -> list[str]:
        """What stands out in a picture with this label, in sentences."""
        probs = self.probs(image_id)
        if not probs:
            return []
        likeliest = max(probs, key=probs.__getitem__)
        says = percent(probs[likeliest])
        agrees = likeliest == label
        return [
            f"The model says {likeliest} with {says}: {'it agrees' if agrees else f'the label is {label}'}."
        ]

    def suggested(self, image_id: str, given: str) -> str:
        """The label to offer first, where another one than the given; "" for none."""
        probs = self.probs(image_id)
        likeliest = max(probs, key=probs.__getitem__) if probs else ""
        return likeliest if likeliest != given else ""

    def probs(self, image_id: str) -> dict[str, float]:
        """Label -> probability, from a model that was not trained on the picture; {} where there is none."""
        known = self.answers.probs(image_id)
        model = self._model()
        return known or (model.probs(image_id) if model else {})

    def _licence_mark(self, image_id: str) -> str:
        """Where a picture came from does not change: it is looked up once."""
        if image_id not in self._licence_marks:
            picture = self.picture(image_id)
            self._licence_marks[image_id] = licence_mark(picture) if picture else ""
        return self._licence_marks[image_id]

    def pictures(self, keys: Sequence[int]) -> list[Wanted]:
        """Where the pictures lie."""
        found = [(key, self.picture(self._ids[key])) for key in keys if 0 <= key < len(self._ids)]
        return [(key, one.image_id, one.path) for key, one in found if one is not None]

    def near(self, key: int) -> list[Alike]:
        """The pictures most like one, copies first."""
        return [found for image_id in self.ids_of([key]) for found in self._near(image_id)]

    def notes_of_near(self, image_id: str) -> dict[str, str]:
        """image_id -> how alike, in words; the pictures most like one, nearest first."""
        model = self._model()
        found = model.neighbours(image_id) if model else []
        return {other: f"{percent(max(0.0, similarity))} similar" for other, similarity in found}

    def _near(self, image_id: str) -> list[Alike]:
        notes = self.notes_of_near(image_id)
        pictures = [one for one in map(self.picture, notes) if one is not None]
        keys = self.keys_of(one.image_id for one in pictures).tolist()
        return [
            Alike(
                one.image_id, one.path, one.label, notes[one.image_id], self._licence_mark(one.image_id), key
            )
            for key, one in zip(keys, pictures, strict=True)
        ]

    def facts(self, key: int) -> Facts | None:
        """Everything about one picture, None when there is no such number."""
        self.answers.renew()
        for image_id in self.ids_of([key]):
            picture = self.picture(image_id)
            return Facts(None, "", (GONE,)) if picture is None else self._facts(key, picture)
        return None

    def _facts(self, key: int, picture: Picture) -> Facts:
        image_id = picture.image_id
        probs = self.probs(image_id)
        likeliest = sorted(probs, key=probs.__getitem__, reverse=True)[:N_SHARES]
        return Facts(
            picture=(key, image_id, picture.path),
            file=_file_words(picture),
            reasons=tuple(self.reasons(image_id, self.given(image_id, picture.label))),
            shares=tuple((label, probs[label], percent(probs[label])) for label in likeliest),
            near=tuple(self._near(image_id)),
            part=self.answers.part(picture),
            licence=_licence_words(picture),
        )

    def picture(self, image_id: str) -> Picture | None:
        """Its row as it is now, None when it is gone from the project."""
        try:
            return self.project.manifest.picture(image_id)
        except ProjectError:
            return None


def _decided(given: str, label: str, state: str, mark: str | None) -> str:
    if state == "removed":
        return "removed"
    if state == "missing":
        return "missing from disk"
    if label != given:
        return f"now: {label}"
    return MARKS.get(mark or "", "")


def _file_words(picture: Picture) -> str:
    size = f"{picture.width:,} × {picture.height:,} pixels, {max(1, round(picture.n_bytes / 1e3)):,} kB"
    where = "" if picture.state == "kept" else f" · {picture.state}"
    return " · ".join(filter(None, (picture.original_name, size, f"{picture.path}{where}")))


def _licence_words(picture: Picture) -> str:
    licence = licence_of_picture(picture)
    name = licence.name if licence.is_known else licence_mark(picture)
    return " · ".join(filter(None, (name, f"by {picture.author}" if picture.author else "")))
