"""A project's pictures as described data, for whoever lets a network learn them in code: labels and parts as Train has
them."""

from __future__ import annotations

from tellapart.description import DataDescription, RandomResizedCrop, aug_transforms, column, table_rows
from tellapart.planning.config import TrainConfig
from tellapart.planning.plan import plan_project
from tellapart.store.project import Project

_SIZE_PX = 224
_IN_VALIDATION = {"train": False, "valid": True}


def described_pictures(project: Project, config: TrainConfig | None = None) -> list[dict[str, str]]:
    """A row for each picture that teaches or is held out: "file_name", "label" and "part", which is "train" or "valid".

    Raises:
        SplitError: a label has too few pictures.
    """
    plan = plan_project(project, config or TrainConfig()).members()
    return [
        {"file_name": str(project.file(picture)), "label": picture.label, "part": str(part)}
        for picture, part in zip(plan.pictures, plan.splits, strict=True)
        if part in _IN_VALIDATION
    ]


def project_description(size_px: int = _SIZE_PX) -> DataDescription:
    """The description of such rows; `new` changes it."""
    return DataDescription(
        items=table_rows(),
        labels=column("label"),
        split=lambda row: _IN_VALIDATION[row["part"]],
        item=RandomResizedCrop(size_px, min_scale=0.35),
        batch=aug_transforms(rotate=0, zoom=1, warp=0),
    )
