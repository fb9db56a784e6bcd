"""Why an answer: where in the picture the evidence for its label lies, and which pictures of the project are like it.
Nothing is loaded before that is asked."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from tellapart.errors import ExplainError, ImageError, OutsideError

from tellapart_dashboards.app.wording import percent
from tellapart_dashboards.pages.classify.answers import Answer

if TYPE_CHECKING:
    from pathlib import Path

    from tellapart.store.project import Project

_SIDE_PX = 320  # of the kept picture's shorter side; what is shown is no larger
_N_ALIKE, _ALIKE_PX = 4, 168  # pictures, and the shorter side of each


@dataclass(frozen=True)
class Explained:
    """The picture with its class map over it, as a JPEG, and the same in words."""

    jpeg: bytes
    words: str
    alt: str


@dataclass(frozen=True)
class AlikePicture:
    """A picture of the project that looks like the one that was answered. name: of its file. is_same: it is that very
    picture, or a copy."""

    label: str
    name: str
    is_same: bool
    jpeg: bytes


class Why:
    """Explains answers, one at a time; holds the network that was opened for it. Its methods are for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._explainer: Any = None

    def side_px(self, bundle: Any) -> int:
        """The shorter side of the picture to look at, so that the network sees what it saw."""
        return max(_SIDE_PX, int(bundle.preprocess.resize_px))

    def check(self, predictor: Any, answer: Answer) -> None:
        """Nothing.

        Raises:
            ExplainError: another model has taken the place of the one that answered.
        """
        if predictor is None or predictor.bundle.bundle_dir.name != answer.model:
            raise ExplainError(
                "A newer model has been trained since. Classify the picture again to ask it why."
            )

    def explained(self, predictor: Any, answer: Answer) -> Explained:
        """Why the answer's picture got its label.

        Raises:
            TellapartError: another model has taken the place of the one that answered, or it fails.
        """
        from tellapart.backbones.freed_memory import give_back_memory
        from tellapart.pictures.images import pixels_of, read_image
        from tellapart.understanding import draw_overlay

        self.check(predictor, answer)
        with self._lock:
            picture, preprocess = read_image(answer.picture), predictor.bundle.preprocess
            (shown,) = self._opened(predictor).class_maps(pixels_of(picture, preprocess), [answer.label])
        place = shown.place(*picture.size, preprocess)
        buffer = BytesIO()
        draw_overlay(picture, shown, preprocess).save(buffer, "JPEG", quality=88)
        give_back_memory()
        return Explained(buffer.getvalue(), *_said(answer.label, place, shown.share))

    def alike(self, predictor: Any, answer: Answer, file: Path, project: Project) -> list[AlikePicture]:
        """The pictures of the project that look most like the answer's to its network, nearest first. file: of the
        picture that was answered.

        Raises:
            TellapartError: another model has taken the place of the one that answered, or no picture can be read.
        """
        from tellapart.backbones.freed_memory import give_back_memory
        from tellapart.pictures.images import thumbnail_jpeg
        from tellapart.safe_paths import path_inside
        from tellapart.understanding.nearest import nearest_pictures

        self.check(predictor, answer)
        with self._lock:
            inner, pixels = self._opened(predictor).inner, predictor.pixels(file)
            (near,) = nearest_pictures(inner, project, pixels[None], _N_ALIKE)
        found = []
        for one in near:
            with contextlib.suppress(ImageError, OutsideError):  # it has gone since it was looked at
                path = path_inside(project.root, one.path)
                found.append(AlikePicture(one.label, path.name, one.is_same, thumbnail_jpeg(path, _ALIKE_PX)))
        give_back_memory()
        if not found:
            raise ExplainError(
                "The pictures like it cannot be read any more. Were their files moved or deleted?"
            )
        return found

    def _opened(self, predictor: Any) -> Any:
        """An `Explainer` of its bundle; for whoever holds the lock."""
        from tellapart.understanding import Explainer

        if self._explainer is None or self._explainer.bundle is not predictor.bundle:
            self._explainer = Explainer(predictor.bundle)
        return self._explainer


def _said(label: str, place: str, share: float) -> tuple[str, str]:
    """Sentence, and what stands for the picture where it is not seen."""
    if not share:
        return (
            f"Nothing in the picture speaks for “{label}” more than for the other labels.",
            f"No evidence for {label}",
        )
    words = f"What speaks for “{label}” lies {place}; {percent(share)} of it in the brightest tenth of the picture."
    return words, f"Evidence for {label}: {place}"
