"""A project of tones, and what is learned of it: the height from which a tone is high."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tellapart import atomic_files
from tellapart.codes import Code
from tellapart.kinds.bundle_folder import free_bundle_dir, write_bundle
from tellapart.kinds.labelled_project import LabelledProject, LabelledThing
from tellapart.kinds.measured import check_labels
from tellapart.kinds.model_file import ModelFile
from tellapart.kinds.open_findings import ThingFinding
from tellapart.kinds.project_kind import ProjectKind, absolute, vacant
from tellapart.kinds.thing_file import ids_of, thing_lines
from tellapart.kinds.thing_review import ThingReview
from tellapart.progress import Progress, silent

from tones.kind import KIND

FILE = ModelFile(KIND.model_name, KIND.name, "classifier of tones", most_bytes=1000)
TONES = ProjectKind(
    name=KIND.name, title="tones", things="tones", noun="tone", label_noun="pitch", made_from="FILE.tones",
    head_name=KIND.head_name, given_name="tones.jsonl", model_name=KIND.model_name,
)  # fmt: skip


@dataclass(frozen=True)
class Tone(LabelledThing):
    hertz: float


class ToneCode(Code):
    WRONG_LABEL = "wrong label"


class ToneProject(LabelledProject[Tone]):
    kind = TONES


def _tone_of(record: dict[str, Any]) -> Tone:
    return Tone(record["id"], record["label"], record["label"], float(record["hertz"]))


def open_tones(root: Path) -> ToneProject:
    root = absolute(root)
    TONES.head(root)
    return ToneProject(root, _tone_of)


def create_tones(root: Path, tones: list[tuple[float, str]], source: str = "here") -> ToneProject:
    root = vacant(root)
    ids = ids_of(str(hertz).encode() for hertz, _ in tones)
    records = [
        {"id": one, "hertz": hertz, "label": label} for one, (hertz, label) in zip(ids, tones, strict=True)
    ]
    with TONES.created(root, {"source": source}) as folder:
        atomic_files.write_bytes(folder / TONES.given_name, thing_lines(records))
    return open_tones(root)


def read_tones(source: Path) -> list[tuple[float, str]]:
    """A line each: its height, and what it is."""
    lines = [line.split() for line in source.read_text("utf-8").splitlines()]
    return [(float(hertz), label) for hertz, label in lines]


@dataclass(frozen=True)
class ToneResult:
    bundle_dir: Path
    limit: float

    def sentences(self) -> list[str]:
        return [f"Above {self.limit:g} Hz it is high."]

    def to_json(self) -> dict[str, Any]:
        return {"limit": self.limit}


def train_tones(project: ToneProject, progress: Progress = silent) -> ToneResult:
    check_labels(project.label_counts(), "tone")
    limit = float(np.median([one.hertz for one in project.things()]))
    result = ToneResult(free_bundle_dir(project.bundles_dir), limit)
    record = FILE.sealed(FILE.record({"limit": limit}), [limit > 440])
    write_bundle(result.bundle_dir, lambda folder: FILE.write(record, folder), "# Tones\n")
    return result


def read_model(place: Path) -> float:
    return FILE.opened(
        *FILE.read(place),
        lambda record: float(record["limit"]),
        lambda limit, record: (np.array([limit > 440], float), np.array(record["golden"], float)),
    )


class ToneReview(ThingReview[ToneProject, ThingFinding]):
    remarks_name = "chords"

    def refresh(self, progress: Progress = silent) -> None:
        self.tones = {one.thing_id: one for one in self.project.things()}
        middle = np.median([one.hertz for one in self.tones.values()])
        should = {key: "high" if one.hertz > middle else "low" for key, one in self.tones.items()}
        wrong = [one for one in self.tones.values() if one.label != should[one.thing_id]]
        self.noise, self.scores, self.remarks = len(wrong) / len(should), np.zeros(len(should)), []
        self._keep(
            ThingFinding(one.thing_id, ToneCode.WRONG_LABEL, 0.9, "Off.", "relabel", should[one.thing_id])
            for one in wrong
        )

    def described(self, thing_id: str) -> str:
        return f"{self.tones[thing_id].hertz:g} Hz"
