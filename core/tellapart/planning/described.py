"""A project's pictures as described data, for whoever lets a network learn them in code: labels and parts as Train has
them."""

from __future__ import annotations

from tellapart.description import DataDescription, RandomResizedCrop, aug_transforms, column, table_rows
from tellapart.planning.config import TrainConfig
from tellapart.planning.plan import plan_project
from tellapart.planning.variation import kept_variation
from tellapart.store.project import Project

_SIZE_PX = 224
_IN_VALIDATION = {"train": False, "valid": True}


def described_pictures(project: Project) -> list[dict[str, str]]:
    """A row for each picture that teaches or is held out: "file_name", "label" and "part", which is "train" or "valid".

    Raises:
        SplitError: a label has too few pictures.
    """
    plan = plan_project(project, TrainConfig()).members()
    return [
        {"file_name": str(file), "label": picture.label, "part": str(part)}
        for file, picture, part in zip(project.files(plan.pictures), plan.pictures, plan.splits, strict=True)
        if part in _IN_VALIDATION
    ]


def project_description(project: Project) -> DataDescription:
    """The description of such rows, with views that vary as the project keeps it; `new` changes it."""
    how = kept_variation(project.manifest)
    return DataDescription(
        items=table_rows(),
        labels=column("label"),
        split=lambda row: _IN_VALIDATION[row["part"]],
        item=RandomResizedCrop(_SIZE_PX, min_scale=how.min_scale),
        batch=aug_transforms(
            flip=how.flip, rotate=how.rotate, zoom=how.zoom, warp=how.warp, lighting=how.lighting
        ),
    )
